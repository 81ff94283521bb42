// Shows a job's progress as it comes: one line drawn over again on a terminal; elsewhere plain
// lines, one for each change of phase, attempt or reason and one every ten seconds between.
//
// Confined to one thread.
#ifndef NEPA_CLI_PROGRESS_PRINTER_H_
#define NEPA_CLI_PROGRESS_PRINTER_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/progress.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

class ProgressPrinter {
 public:
  static constexpr absl::Duration kPlainInterval = absl::Seconds(10);
  static constexpr absl::Duration kTerminalInterval = absl::Milliseconds(100);

  struct Target {
    std::ostream& out;
    bool terminal = false;
    size_t columns = 80;  // of the terminal
    bool color = false;
  };

  explicit ProgressPrinter(Target target) : target_(target) {}

  // Nothing for a job that has ended: see EndLine().
  void Show(const v1::Job& job, absl::Time now);
  // A whole line, after whatever line is being drawn.
  void PrintLine(absl::string_view line);
  // Leaves the cursor at the start of a line. Show() may follow.
  void EndDrawing();

 private:
  Target target_;
  std::string situation_;  // phase, attempt and reason of the last line
  int64_t shown_step_ = -1;
  absl::Time shown_at_ = absl::InfinitePast();
  bool drawing_ = false;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_PROGRESS_PRINTER_H_
