#include "cli/progress_printer.h"

#include "absl/strings/str_cat.h"
#include "cli/table.h"
#include "cli/words.h"

namespace nepa::cli {

void ProgressPrinter::Show(const v1::Job& job, absl::Time now) {
  if (IsFinal(job.phase())) return;  // its end has a line of its own
  const std::string situation = absl::StrCat(PhaseWord(job.phase()), " ", job.attempt(), " ",
                                             job.phase() == v1::PHASE_RUNNING ? "" : job.reason());
  const bool news = situation != situation_;
  const absl::Duration interval = target_.terminal ? kTerminalInterval : kPlainInterval;
  if (!news && (job.step() == shown_step_ || now - shown_at_ < interval)) return;
  // What happened stays readable above what happens.
  if (news && job.attempt() > 1) EndDrawing();
  situation_ = situation;
  shown_step_ = job.step();
  shown_at_ = now;

  if (!target_.terminal) {
    target_.out << ProgressLine(job, false) << std::endl;
    return;
  }
  // Cut before it is coloured: a line that wraps could not be drawn over.
  const std::string plain = ProgressLine(job, false);
  const bool fits = DisplayWidth(plain) < target_.columns;
  target_.out << "\r"
              << (fits ? ProgressLine(job, target_.color) : CutToWidth(plain, target_.columns - 1))
              << "\033[K" << std::flush;
  drawing_ = true;
}

void ProgressPrinter::PrintLine(absl::string_view line) {
  EndDrawing();
  target_.out << line << std::endl;
}

void ProgressPrinter::EndDrawing() {
  if (drawing_) target_.out << std::endl;
  drawing_ = false;
}

}  // namespace nepa::cli
