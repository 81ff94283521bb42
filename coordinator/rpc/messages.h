// Rows, with what is known of them from the latest reports, as messages of proto/nepa/v1.
#ifndef NEPA_COORDINATOR_RPC_MESSAGES_H_
#define NEPA_COORDINATOR_RPC_MESSAGES_H_

#include <nepa/v1/checkpoint.pb.h>
#include <nepa/v1/cluster.pb.h>
#include <nepa/v1/job.pb.h>
#include <nepa/v1/job_service.pb.h>

#include <vector>

#include "common/config/job_spec.h"
#include "coordinator/runtime/view.h"
#include "coordinator/state/rows.h"

namespace nepa::coordinator {

v1::Phase ToMessage(state::Phase phase);
v1::Exit ToMessage(const state::Exit& exit);

// Listings and watches leave the job file out: it is the larger part of a job by far.
enum class JobFileToo { kNo, kYes };
v1::Job ToMessage(const View& view, const state::Job& job, JobFileToo file);

v1::Checkpoint ToMessage(const View& view, const state::Checkpoint& checkpoint);
v1::Worker ToMessage(const View& view, const state::Worker& worker);
v1::Event ToMessage(const state::Event& event);
v1::MetricPoint ToMessage(const state::MetricPoint& point);
v1::TraceSpan ToMessage(const state::Span& span);
v1::JobFileFaults ToMessage(const std::vector<config::Fault>& faults);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_MESSAGES_H_
