// A labelled collection of images, by index: the seam between the files of one format and
// everything that samples, augments and evaluates.
//
// Thread rule: a Dataset doesn't change after it was opened; any thread may read.
#ifndef NEPA_WORKER_TRAIN_DATA_DATASET_H_
#define NEPA_WORKER_TRAIN_DATA_DATASET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/config/job_spec.h"
#include "worker/train/data/image.h"

namespace nepa::data {

// What a reader wants of an image whose size it has just been told. A decoder may use it to leave
// out work; the view that comes back shows `region` only.
struct Wanted {
  Region region;
  // The region is going to be shrunk to about this size, and so may come reduced, to no less than
  // twice it a side. {0, 0}: exactly the pixels of the file.
  Size reducible_to;
};
using ChooseRegion = absl::FunctionRef<Wanted(Size)>;

// The whole image, pixel for pixel.
Wanted WholeImage(Size size);

class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual int64_t count() const = 0;
  // In 0 … class_count() - 1.
  virtual int32_t label(int64_t index) const = 0;
  // By label.
  virtual const std::vector<std::string>& class_names() const = 0;
  int64_t class_count() const { return static_cast<int64_t>(class_names().size()); }

  // Calls `choose` once, then reads what it wants. The view points into `storage` or into the
  // dataset, and holds as long as both do and `storage` is left alone.
  // Errors name the file: NOT_FOUND, PERMISSION_DENIED, UNAVAILABLE (the disk), DATA_LOSS (not an
  // image, cut short), INVALID_ARGUMENT (an image of a kind or size that isn't read).
  virtual absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose,
                                         Image& storage) const = 0;
  // What a message calls sample `index`: its path, or the dataset's path with the index.
  virtual std::string Describe(int64_t index) const = 0;
};

// How much of a source is read when it is opened.
enum class Extent {
  kWhole,    // all that Read() needs
  kOutline,  // what tells its size and labels, and whether it is whole: Read() then fails
};

// Something that keeps a source from being used.
struct FieldFault {
  std::string field;  // of the source: "path", "labels", "split", "synthetic_count"
  absl::Status status;
};

struct OpenedSource {
  std::shared_ptr<const Dataset> dataset;  // null exactly where there are faults
  std::vector<FieldFault> faults;

  // The first fault, or OK.
  absl::Status status() const { return faults.empty() ? absl::OkStatus() : faults[0].status; }
};

// Opens what a job file names, cut to its `limit` (the first N samples) and `limit_per_class` (the
// first N of each class among those). `seed` decides what a synthetic source shows, nothing else.
// Faults: NOT_FOUND, PERMISSION_DENIED and INVALID_ARGUMENT for what the user can set right,
// DATA_LOSS for a broken file, UNAVAILABLE for a failing disk; each names the path, what was found
// there and what to do.
OpenedSource OpenSource(const config::DataSource& source, uint64_t seed, Extent extent);

// The same, whole, with its first fault.
absl::StatusOr<std::shared_ptr<const Dataset>> OpenDataset(const config::DataSource& source,
                                                           uint64_t seed);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_DATASET_H_
