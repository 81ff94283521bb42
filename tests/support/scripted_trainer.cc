// A rank that speaks the frame protocol and does what its command line says, for tests of the
// worker: everything but the training is real.
//
//   scripted-trainer --do STEP… --config job.json --frames-fd N --control-fd M
//
//   started            the started frame, 1000 steps in all, from the step of resume_from
//   train              a progress frame every 20 ms until a stop (then a checkpoint, if asked, and
//                      exit "stopped") or the end of the control pipe (then the end, at once)
//   progress           one progress frame
//   train:N            the same, but N steps only
//   checkpoint         writes a checkpoint folder with its manifest, sends the frame
//   exit:KIND:MESSAGE  the exit frame
//   print:TEXT         a line on stdout;  error:TEXT  one on stderr
//   garbage            a line on the frame pipe that is no frame;  endless  2 MiB without a newline
//   hang               does nothing more, and doesn't look at the control pipe
//   grandchild         starts a process that sleeps; its number goes to FOLDER/grandchild
//   signal:N           ends by a signal;  status:N  ends with a status
//   crash-once:N       ends by the signal, on its first attempt only
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "common/frames/frames.h"
#include "common/frames/line_splitter.h"
#include "common/frames/trainer_job.h"
#include "common/io/file.h"
#include "common/manifest/manifest.h"

namespace nepa::testing {
namespace {

constexpr int64_t kTotalSteps = 1000;
constexpr int kStepMilliseconds = 20;

class Rank {
 public:
  Rank(frames::TrainerJob job, int frames_fd, int control_fd)
      : job_(std::move(job)), frames_fd_(frames_fd), control_fd_(control_fd) {
    const size_t dash = job_.resume_from.rfind("-s");
    if (dash != std::string::npos) step_ = std::atoll(job_.resume_from.c_str() + dash + 2);
  }

  void Do(const std::string& step) {
    const size_t colon = step.find(':');
    const std::string verb = step.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : step.substr(colon + 1);
    if (verb == "started") {
      Send(frames::Started{::getpid(), step_, kTotalSteps, job_.device, 8, 1});
    } else if (verb == "train") {
      Train(rest.empty() ? kTotalSteps : std::atoll(rest.c_str()));
    } else if (verb == "progress") {
      Progress();
    } else if (verb == "checkpoint") {
      Checkpoint();
    } else if (verb == "exit") {
      const size_t end = rest.find(':');
      Send(frames::Exit{*frames::ParseExitKind(rest.substr(0, end)), rest.substr(end + 1)});
    } else if (verb == "print") {
      std::cout << rest << std::endl;
    } else if (verb == "error") {
      std::cerr << rest << std::endl;
    } else if (verb == "garbage") {
      Write("Epoch 1/3: loss 0.5\n");
    } else if (verb == "endless") {
      Write(std::string(2 << 20, 'x'));
    } else if (verb == "hang") {
      for (;;) ::pause();
    } else if (verb == "grandchild") {
      Grandchild();
    } else if (verb == "signal") {
      ::raise(std::atoi(rest.c_str()));
    } else if (verb == "status") {
      ::_exit(std::atoi(rest.c_str()));
    } else if (verb == "crash-once") {
      if (job_.attempt == 1) ::raise(std::atoi(rest.c_str()));
    } else {
      std::cerr << "unknown step " << step << std::endl;
      ::_exit(2);
    }
  }

 private:
  void Write(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
      const ssize_t count = ::write(frames_fd_, text.data() + at, text.size() - at);
      if (count <= 0) ::_exit(3);
      at += static_cast<size_t>(count);
    }
  }

  void Send(const frames::Frame& frame) { Write(frames::Encode(frame) + "\n"); }

  void Progress() {
    ++step_;
    Send(frames::Progress{
        step_,
        static_cast<double>(step_) / 10,
        step_ * 8,
        {{"loss", -0.001 * static_cast<double>(step_)}, {"images_per_second", 400}}});
  }

  void Train(int64_t steps) {
    for (int64_t i = 0; i < steps; ++i) {
      Progress();
      pollfd control = {control_fd_, POLLIN, 0};
      if (::poll(&control, 1, kStepMilliseconds) > 0) Obey();
    }
  }

  void Obey() {
    char buffer[4096];
    const ssize_t count = ::read(control_fd_, buffer, sizeof(buffer));
    if (count <= 0) ::_exit(4);  // the worker is gone
    std::vector<std::string> lines;
    (void)splitter_.Feed(std::string_view(buffer, static_cast<size_t>(count)), lines);
    for (const std::string& line : lines) {
      const absl::StatusOr<frames::Stop> stop = frames::DecodeStop(line);
      if (!stop.ok()) ::_exit(5);
      if (stop->checkpoint) Checkpoint();
      Send(frames::Exit{frames::ExitKind::kStopped, "stopped as asked"});
      ::_exit(0);
    }
  }

  void Checkpoint() {
    const std::string path =
        "checkpoints/a" + std::to_string(job_.attempt) + "-s" + std::to_string(step_);
    const std::string folder = job_.folder + "/" + path;
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/weights") << "step " << step_ << "\n";
    const auto files = manifest::HashFiles(folder);
    const std::string text = manifest::Encode({step_, job_.attempt, *files});
    std::ofstream(folder + "/" + manifest::kFileName) << text;
    Send(frames::CheckpointWritten{step_,
                                   static_cast<double>(step_) / 10,
                                   path,
                                   16,
                                   io::Sha256Hex(text),
                                   {{"loss", -0.5}},
                                   0.25,
                                   0.125});
  }

  void Grandchild() {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) ::pause();
    }
    std::ofstream(job_.folder + "/grandchild.new") << child << "\n";
    std::filesystem::rename(job_.folder + "/grandchild.new", job_.folder + "/grandchild");
  }

  const frames::TrainerJob job_;
  const int frames_fd_;
  const int control_fd_;
  frames::LineSplitter splitter_;
  int64_t step_ = 0;
};

int Main(const std::vector<std::string>& arguments) {
  std::vector<std::string> steps;
  std::string config;
  int frames_fd = -1, control_fd = -1;
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--do") steps.push_back(value);
    if (arguments[i] == "--config") config = value;
    if (arguments[i] == "--frames-fd") frames_fd = std::atoi(value.c_str());
    if (arguments[i] == "--control-fd") control_fd = std::atoi(value.c_str());
  }
  const absl::StatusOr<std::string> text = io::ReadFile(config, 4 << 20);
  const absl::StatusOr<frames::TrainerJob> job =
      text.ok() ? frames::DecodeTrainerJob(*text) : text.status();
  if (!job.ok()) {
    std::cerr << job.status() << std::endl;
    return 2;
  }
  Rank rank(*job, frames_fd, control_fd);
  for (const std::string& step : steps) rank.Do(step);
  return 0;
}

}  // namespace
}  // namespace nepa::testing

int main(int argc, char** argv) {
  return nepa::testing::Main(std::vector<std::string>(argv + 1, argv + argc));
}
