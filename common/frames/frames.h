// What a trainer rank and its worker say to each other: one JSON object a line, trainer to worker
// on the frame pipe, worker to trainer on the control pipe. docs/formats/trainer-frames.md is the
// contract; this is its C++ form.
//
// Pure: no I/O. Values only, no thread rule.
#ifndef NEPA_COMMON_FRAMES_FRAMES_H_
#define NEPA_COMMON_FRAMES_FRAMES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/frames/span.h"

namespace nepa::frames {

// A frame longer than this is refused: a rank cannot make its worker allocate without end.
inline constexpr size_t kMaxFrameBytes = 1 << 20;

// The rank has loaded data and model and is about to take its first step. Sent once.
struct Started {
  int64_t pid = 0;
  int64_t step = 0;  // optimizer steps already done (> 0 after a resume)
  int64_t total_steps = 0;
  std::string device;  // "cpu", "cuda:0"
  int64_t micro_batch = 0;
  int64_t accumulation = 0;
  std::vector<Span> spans;  // of what it did until now
};

// Where training is. Sent at most every 0.25 s, always after the last step.
struct Progress {
  int64_t step = 0;                       // optimizer steps done
  double epoch = 0;                       // epochs done, fractional
  int64_t images = 0;                     // images trained by this attempt on all ranks
  std::map<std::string, double> metrics;  // latest value by the names of design: loss, …
};

// Values worth keeping in the metric history.
struct Metrics {
  int64_t step = 0;
  std::map<std::string, double> values;
  std::vector<Span> spans;  // of what it did since it last told of any
};

// A checkpoint folder is complete: fsynced, hashed, renamed to `path`.
struct CheckpointWritten {
  int64_t step = 0;
  double epoch = 0;
  std::string path;  // relative to the job's folder
  int64_t bytes = 0;
  std::string sha256;  // of manifest.json, which holds the hash of every other file
  std::map<std::string, double> metrics;
  double write_seconds = 0;
  double stall_seconds = 0;  // training stood still for so long
  std::vector<Span> spans;   // of this checkpoint
};

enum class ExitKind {
  kSucceeded,    // all steps done, last checkpoint written
  kStopped,      // asked to stop; the last step's checkpoint is written where one was asked for
  kInvalidJob,   // fault of the job: data, model, checkpoint or combination; never retried
  kOutOfMemory,  // fault of the job
  kNotFinite,    // fault of the job: loss or gradient not finite
  kCollapsed,    // fault of the job: the embeddings' spread went to 0
  kDamagedCheckpoint,  // the checkpoint to resume from is torn, changed or gone: an older one
                       // serves
  kStorage,            // fault of the machine: disk full, I/O error
  kCollective,         // fault of the machine: a peer was lost or too late
  kLostWorker,         // fault of the machine: the worker's pipe closed
  kKilled,    // fault of the machine: ended by a signal (set by the worker, never by a rank)
  kInternal,  // fault of the machine: everything else
};

// One thing wrong with a job, at its place in the job file.
struct Fault {
  std::string file;
  int64_t line = 0;  // from 1; 0: nowhere in the file
  int64_t column = 0;
  std::string field;    // dotted
  std::string message;  // what was found, and what is allowed or to do
  bool operator==(const Fault&) const = default;
};

// The last frame of a rank.
struct Exit {
  ExitKind kind = ExitKind::kInternal;
  std::string message;  // for people: what happened to which thing, and what to do
  // kInvalidJob: what `message` says, for programs; as many as fit into kMaxFaultsBytes.
  std::vector<Fault> faults;
};
inline constexpr size_t kMaxFaults = 256;
inline constexpr size_t kMaxFaultsBytes = 64 << 10;  // of all their texts

using Frame = std::variant<Started, Progress, Metrics, CheckpointWritten, Exit>;

// Worker to trainer. The end of the control pipe without a Stop means that the worker is gone.
struct Stop {
  bool checkpoint = false;  // write a checkpoint of the last step first
};

// One line, without the newline.
std::string Encode(const Frame& frame);
std::string Encode(const Stop& stop);

// INVALID_ARGUMENT for a line that is no frame. Unknown keys are ignored, unknown types refused.
absl::StatusOr<Frame> DecodeFrame(std::string_view line);
absl::StatusOr<Stop> DecodeStop(std::string_view line);

// True for the kinds that count against the job and are never retried.
bool IsFaultOfJob(ExitKind kind);

// "succeeded", "invalid_job", "out_of_memory", …
std::string_view Name(ExitKind kind);
absl::StatusOr<ExitKind> ParseExitKind(std::string_view name);

}  // namespace nepa::frames

#endif  // NEPA_COMMON_FRAMES_FRAMES_H_
