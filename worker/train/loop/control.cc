#include "worker/train/loop/control.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "common/base/log.h"
#include "common/frames/frames.h"

namespace nepa::loop {
namespace {

StopRequest* signalled_stop = nullptr;

void HandleSignal(int) { signalled_stop->Ask(StopRequest::Wish::kCheckpointAndStop); }

}  // namespace

ControlPipe::ControlPipe(io::UniqueFd fd, StopRequest& stop) : fd_(std::move(fd)), stop_(stop) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) == 0) {
    wake_read_.Reset(ends[0]);
    wake_write_.Reset(ends[1]);
  }
  thread_ = std::thread([this] { Read(); });
}

ControlPipe::~ControlPipe() {
  wake_write_.Reset();
  thread_.join();
}

void ControlPipe::Read() {
  std::string pending;
  bool stop_seen = false;
  char buffer[4096];
  for (;;) {
    pollfd waited[2] = {{fd_.get(), POLLIN, 0}, {wake_read_.get(), POLLIN, 0}};
    if (::poll(waited, 2, -1) < 0 && errno == EINTR) continue;
    if (waited[1].revents != 0) return;
    const ssize_t count = ::read(fd_.get(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      if (stop_seen) return;
      // Nothing is tidied up: a checkpoint being written is an unnamed folder, removed later.
      ::_exit(kLostWorkerStatus);
    }
    pending.append(buffer, static_cast<size_t>(count));
    for (size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
      const auto stop = frames::DecodeStop(pending.substr(0, end));
      if (!stop.ok()) {
        LogWarning("control line ignored", {{"error", stop.status().message()}});
        continue;
      }
      stop_seen = true;
      stop_.Ask(stop->checkpoint ? StopRequest::Wish::kCheckpointAndStop
                                 : StopRequest::Wish::kStop);
    }
    if (pending.size() > frames::kMaxFrameBytes) pending.clear();
  }
}

void StopOnSignals(StopRequest& stop) {
  signalled_stop = &stop;
  struct sigaction action {};
  action.sa_handler = &HandleSignal;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace nepa::loop
