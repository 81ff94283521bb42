// A chart in characters.
#ifndef NEPA_CLI_CHART_TEXT_H_
#define NEPA_CLI_CHART_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "cli/chart.h"

namespace nepa::cli {

// How much room there is, and whether colours tell the curves apart.
struct ChartRoom {
  size_t columns = 80;  // 30 at least are taken
  size_t rows = 16;     // of the curves; title, steps and names come beside
  bool color = false;
};

// The lines of a chart, without line breaks: its title, the curves in braille dots with numbers at
// the left and below, and the names of the curves with their last values where there are several.
// Without colours a letter marks the end of each of several curves. Where more points fall on one
// dot than it can show, their mean is drawn. Pure.
std::vector<std::string> ChartLines(const Chart& chart, const ChartRoom& room);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHART_TEXT_H_
