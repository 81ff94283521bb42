#include "worker/train/loop/frame_output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/mutex.h"

namespace nepa::loop {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

class PipeOutput final : public FrameOutput {
 public:
  explicit PipeOutput(io::UniqueFd fd) : fd_(std::move(fd)) {}

  void Send(const frames::Frame& frame) override {
    const std::string line = frames::Encode(frame) + "\n";
    const MutexLock lock(mutex_);
    size_t done = 0;
    while (done < line.size()) {
      const ssize_t written = ::write(fd_.get(), line.data() + done, line.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return;
      done += static_cast<size_t>(written);
    }
  }

 private:
  Mutex mutex_;  // keeps lines whole
  const io::UniqueFd fd_;
};

class TextOutput final : public FrameOutput {
 public:
  void Send(const frames::Frame& frame) override {
    const std::string line = Describe(frame);
    if (line.empty()) return;
    const auto* exit = std::get_if<frames::Exit>(&frame);
    const bool fault = exit != nullptr && exit->kind != frames::ExitKind::kSucceeded &&
                       exit->kind != frames::ExitKind::kStopped;
    const MutexLock lock(mutex_);
    std::FILE* const out = fault ? stderr : stdout;
    std::fprintf(out, "%s\n", line.c_str());
    std::fflush(out);
  }

 private:
  Mutex mutex_;  // keeps lines whole
};

std::string DescribeMetrics(const std::map<std::string, double>& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) absl::StrAppendFormat(&text, "  %s %.5g", name, value);
  return text;
}

}  // namespace

std::unique_ptr<FrameOutput> MakePipeOutput(io::UniqueFd fd) {
  return std::make_unique<PipeOutput>(std::move(fd));
}

std::unique_ptr<FrameOutput> MakeTextOutput() { return std::make_unique<TextOutput>(); }

std::string Describe(const frames::Frame& frame) {
  return std::visit(
      Overloaded{
          [](const frames::Started& started) {
            return absl::StrFormat(
                "training on %s from step %d of %d, %d images at once, %d times "
                "a step",
                started.device, started.step, started.total_steps, started.micro_batch,
                started.accumulation);
          },
          // The metric points say the same, once a second.
          [](const frames::Progress&) { return std::string(); },
          [](const frames::Metrics& metrics) {
            return absl::StrFormat("step %d%s", metrics.step, DescribeMetrics(metrics.values));
          },
          [](const frames::CheckpointWritten& written) {
            return absl::StrFormat("checkpoint %s, %d bytes in %.3f s, training waited %.3f s",
                                   written.path, written.bytes, written.write_seconds,
                                   written.stall_seconds);
          },
          [](const frames::Exit& exit) {
            const std::string kind(frames::Name(exit.kind));
            return exit.message.empty() ? kind : absl::StrCat(kind, ": ", exit.message);
          },
      },
      frame);
}

}  // namespace nepa::loop
