// A job's spans and events in the Chrome trace format, which Perfetto (ui.perfetto.dev) and
// chrome://tracing open. docs/trace.md describes what is in it.
//
// Pure. Any thread.
#ifndef NEPA_CLI_CHROME_TRACE_H_
#define NEPA_CLI_CHROME_TRACE_H_

#include <vector>

#include "cli/json_views.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// `spans` in the order of their beginning, the longer first where two begin together: so a part
// stands behind the whole.
void SortSpans(std::vector<v1::TraceSpan>* spans);

// {traceEvents, displayTimeUnit, otherData}: a complete event ("X") for each span on the track of
// its process and thread, an instant event ("i") for each event, on the coordinator's; and the
// names of the tracks. Times in microseconds since 1970.
Json ChromeTrace(const v1::Job& job, std::vector<v1::TraceSpan> spans,
                 const std::vector<v1::Event>& events);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHROME_TRACE_H_
