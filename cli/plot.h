// A curve in characters.
#ifndef NEPA_CLI_PLOT_H_
#define NEPA_CLI_PLOT_H_

#include <cstddef>
#include <string>
#include <vector>

namespace nepa::cli {

struct PlotPoint {
  double x = 0;
  double y = 0;
};

// The points, which come in the order of x, drawn in braille dots: `rows` lines and a line of x
// values, at most `columns` wide (24 at least), y values at the left. Where several points fall
// on one dot column, their mean is drawn. Points that are no numbers are left out. Pure.
std::string Plot(const std::vector<PlotPoint>& points, size_t columns, size_t rows);

}  // namespace nepa::cli

#endif  // NEPA_CLI_PLOT_H_
