// How a run of a trainer ends: a status that carries what kind of end it is, so that code deep
// inside says both at once and everything above just returns it.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_LOOP_ENDING_H_
#define NEPA_WORKER_TRAIN_LOOP_ENDING_H_

#include <exception>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/config/job_spec.h"
#include "common/frames/frames.h"

namespace nepa::loop {

// `status` (not OK) as the reason to end with `kind`. A kind that it already carries stays.
absl::Status EndWith(frames::ExitKind kind, absl::Status status);

// Gathers what is wrong with a job, so that a person is told all of it at once.
class JobFaults {
 public:
  // `job` must outlive it.
  explicit JobFaults(const config::JobFile& job) : job_(job) {}

  // A fault of the job, placed at `field` or at the nearest mapping around it that the job file
  // spells out.
  void Add(absl::string_view field, absl::string_view message);
  // What was met while reading what the job file names in `field` (data, a model folder, a
  // checkpoint): what the user can set right is a fault of the job, an I/O error (UNAVAILABLE,
  // RESOURCE_EXHAUSTED) one of the machine's storage. OK adds nothing.
  void AddSource(absl::string_view field, const absl::Status& status);

  bool empty() const { return faults_.empty() && storage_.ok(); }
  // OK while empty. The job's faults end it as invalid, "FILE:LINE:COLUMN: field: message" a line,
  // in the file's order; without any, the storage's first.
  absl::Status status() const;

 private:
  const config::JobFile& job_;
  std::vector<config::Fault> faults_;
  absl::Status storage_;
};

// A single one, by Add() or AddSource().
absl::Status JobFault(const config::JobFile& job, absl::string_view field,
                      absl::string_view message);
absl::Status SourceFault(const config::JobFile& job, absl::string_view field,
                         const absl::Status& status);

// What data::Loader said of the images in `field`: as SourceFault(), but memory that ran out and a
// bug of ours stay what they are.
absl::Status LoadingFault(const config::JobFile& job, absl::string_view field,
                          const absl::Status& status);

// A fault of the storage, with what to do about it where the disk is full. Memory that ran out and
// a bug of ours stay what they are. OK stays OK.
absl::Status StorageFault(const absl::Status& status);

// The last frame for `status`, with the faults of JobFaults. Without a kind of its own: kSucceeded
// for OK, else kInternal.
frames::Exit ExitFor(const absl::Status& status);

// The last frame for an exception of LibTorch or the standard library: out of memory, or internal.
frames::Exit ExitForException(const std::exception& error);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_ENDING_H_
