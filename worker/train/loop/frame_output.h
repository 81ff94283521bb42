// Where a rank's frames go: to its worker, or, without one, to a person.
//
// Thread rule: Send from any thread.
#ifndef NEPA_WORKER_TRAIN_LOOP_FRAME_OUTPUT_H_
#define NEPA_WORKER_TRAIN_LOOP_FRAME_OUTPUT_H_

#include <memory>
#include <string>

#include "common/frames/frames.h"
#include "common/io/unique_fd.h"

namespace nepa::loop {

class FrameOutput {
 public:
  virtual ~FrameOutput() = default;
  virtual void Send(const frames::Frame& frame) = 0;
};

// One JSON line a frame. A pipe whose reader is gone swallows frames: that the worker is lost shows
// on the control pipe.
std::unique_ptr<FrameOutput> MakePipeOutput(io::UniqueFd fd);

// Lines for people on stdout, faults on stderr.
std::unique_ptr<FrameOutput> MakeTextOutput();

// The line for people; "" for a frame that says nothing to them.
std::string Describe(const frames::Frame& frame);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_FRAME_OUTPUT_H_
