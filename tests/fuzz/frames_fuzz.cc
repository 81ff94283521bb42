// What comes up a trainer's frame pipe and down its control pipe: bytes, cut into lines.
#include "common/frames/frames.h"
#include "common/frames/line_splitter.h"
#include "tests/fuzz/fuzz.h"

using nepa::fuzz::Require;

namespace {

// Both pipes carry lines of the same form.
void Decode(const std::string& line) {
  if (const auto frame = nepa::frames::DecodeFrame(line); frame.ok()) {
    const std::string text = Encode(*frame);
    Require(text.size() <= nepa::frames::kMaxFrameBytes, "a frame fits into a line");
    const auto again = nepa::frames::DecodeFrame(text);
    Require(again.ok(), "a frame that is read is read again");
    Require(Encode(*again) == text, "and says the same");
  }
  if (const auto stop = nepa::frames::DecodeStop(line); stop.ok()) {
    const auto again = nepa::frames::DecodeStop(Encode(*stop));
    Require(again.ok() && again->checkpoint == stop->checkpoint, "a stop says the same again");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimitBytes = 4096;
  constexpr size_t kChunkBytes = 100;  // as a pipe may cut it
  nepa::frames::LineSplitter splitter(kLimitBytes);
  std::vector<std::string> lines;
  for (std::string_view rest = nepa::fuzz::Text(data, size); !rest.empty();) {
    const std::string_view chunk = rest.substr(0, kChunkBytes);
    const bool fed = splitter.Feed(chunk, lines).ok();
    Require(splitter.rest().size() <= kLimitBytes, "no more than the limit is held");
    if (!fed) break;
    rest.remove_prefix(chunk.size());
  }
  for (const std::string& line : lines) Decode(line);
  Decode(splitter.rest());
  return 0;
}
