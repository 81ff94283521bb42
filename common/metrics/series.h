// How long the series of one job are served after its end.
#ifndef NEPA_COMMON_METRICS_SERIES_H_
#define NEPA_COMMON_METRICS_SERIES_H_

#include "absl/time/time.h"

namespace nepa::metrics {

// Long enough for every scraper to have seen the last values, whoever scrapes and how often; then
// they disappear, so that what is served is bounded by the jobs of the last minutes. Both daemons'
// --series-stay says otherwise.
inline constexpr absl::Duration kSeriesStay = absl::Minutes(5);

}  // namespace nepa::metrics

#endif  // NEPA_COMMON_METRICS_SERIES_H_
