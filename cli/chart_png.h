// Charts as a picture.
#ifndef NEPA_CLI_CHART_PNG_H_
#define NEPA_CLI_CHART_PNG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/chart.h"

namespace nepa::cli {

// The bytes of a PNG that shows the charts one under the other, 1,000 pixels wide and 400 high
// each: curves in colours, axes with numbers and units, and the names of the curves where there are
// several. The same charts give the same picture on a machine. INTERNAL if it could not be drawn.
absl::StatusOr<std::string> ChartsPng(const std::vector<Chart>& charts);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHART_PNG_H_
