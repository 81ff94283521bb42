// What one job file asks for, with every default filled in: the effective configuration.
//
// Plain values without behaviour. job_file.h reads them from YAML, job_spec_json.h carries them to
// other processes, job_fields.h has the one table of names, ranges, defaults and documentation.
#ifndef NEPA_COMMON_CONFIG_JOB_SPEC_H_
#define NEPA_COMMON_CONFIG_JOB_SPEC_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/config/model_config.h"

namespace nepa::config {

enum class Kind { kPretrain, kFinetune };
enum class Recipe { kBase, kLarge };  // which of the paper's two recipes gives the defaults
enum class Device { kAuto, kCpu, kCuda };
enum class Precision { kFp32, kBf16 };
enum class DataFormat { kIdx, kImageFolder, kSynthetic };
enum class CropKind { kRandomResized, kPadded, kNone };
enum class Interpolation { kBilinear, kBicubic };
enum class LastBatch { kDrop, kKeep };
enum class EvaluationResize { kShorterSide, kWarp };

// `every: 30m`, `every: 10 epochs`, `every: 500 steps`.
struct Interval {
  enum class Unit { kTime, kEpochs, kSteps };
  Unit unit = Unit::kEpochs;
  absl::Duration time;  // Unit::kTime
  int64_t count = 0;    // the other units; > 0
  bool operator==(const Interval&) const = default;
};

// `warmup: 2.5%` or `warmup: 500` or `warmup: 500 steps`.
struct Warmup {
  std::optional<double> fraction = 0.025;  // of all steps, 0 … 1; none: `steps` counts
  int64_t steps = 0;
  bool operator==(const Warmup&) const = default;
};

struct Resources {
  int64_t min_ranks = 1;  // `ranks: 4` sets both
  int64_t max_ranks = 1;
  Device device = Device::kAuto;
  int64_t threads_per_rank = 0;  // 0: the processors of a slot
  bool operator==(const Resources&) const = default;
};

// Where the model comes from. At most one of `preset` and `from` is set; neither where the file
// gives the sizes itself.
struct ModelChoice {
  std::string preset;
  std::string from;  // a folder, job/NAME, job/NAME@best or checkpoint/ID
  bool ema = false;  // start from the EMA weights of `from`
  bool freeze_patch_embedding = false;
  // Without `from`: the whole configuration. With `from`: only the fields named in `overrides`
  // count; they replace those of the source's config.json.
  ModelConfig config;
  // With `from` only, in the order of the table: the fields of `config` that the file sets, and
  // those that the recipe of the job's kind sets (is_causal, drop_path_prob and, for finetune,
  // qk_norm_affine). Empty without `from`.
  std::vector<std::string> overrides;
  bool operator==(const ModelChoice&) const = default;
};

struct DataSource {
  DataFormat format = DataFormat::kImageFolder;
  std::string path;                // absolute; idx: images file or a folder of the four MNIST files
  std::string labels;              // absolute; idx: labels file where `path` is an images file
  std::string split = "train";     // idx folder: "train" or "t10k"
  int64_t limit = 0;               // first N samples; 0: all
  int64_t limit_per_class = 0;     // first N of each class; 0: all
  int64_t synthetic_count = 1024;  // synthetic only
  int64_t synthetic_classes = 10;  // synthetic only
  bool operator==(const DataSource&) const = default;
};

struct Data {
  DataSource train;
  std::optional<DataSource> eval;
  int64_t loader_threads = 0;  // 0: chosen by the trainer
  bool operator==(const Data&) const = default;
};

struct Augmentation {
  CropKind crop = CropKind::kRandomResized;
  double scale_min = 0.08, scale_max = 1.0;         // random resized crop: share of the area
  double ratio_min = 3.0 / 4, ratio_max = 4.0 / 3;  // random resized crop: width / height
  int64_t padding = 4;                              // padded crop: zero pixels on each side
  Interpolation interpolation = Interpolation::kBilinear;
  bool flip = true;
  double mean = 0.5, deviation = 0.5;  // per channel, of pixels in 0 … 1
  std::string rand_augment;            // "" or e.g. "rand-m9-mstd0.5-inc1"
  double erasing = 0.0;                // probability of random erasing, pixel mode
  double mixup = 0.0;                  // alpha; 0: off
  double cutmix = 0.0;                 // alpha; 0: off
  double label_smoothing = 0.0;
  bool operator==(const Augmentation&) const = default;
};

struct Schedule {
  int64_t epochs = 1600;  // exactly one of epochs and steps is > 0
  int64_t steps = 0;
  Warmup warmup;
  bool operator==(const Schedule&) const = default;
};

struct Batch {
  int64_t global = 4096;
  int64_t micro = 0;  // per rank and forward pass; 0: worked out
  LastBatch last = LastBatch::kDrop;
  bool operator==(const Batch&) const = default;
};

struct Optimizer {
  double lr = 3e-4;          // per 256 images: the peak rate is lr * batch.global / 256
  double head_lr = 1e-3;     // finetune: classifier and final layernorm, not scaled
  double layer_decay = 1.0;  // finetune: layer-wise decay of the rate, 1: none
  double weight_decay = 0.05;
  double beta1 = 0.9, beta2 = 0.95;
  double eps = 1e-8;
  double clip_norm = 1.0;  // global L2 norm; 0: no clipping
  bool operator==(const Optimizer&) const = default;
};

struct Ema {
  std::optional<double> decay = 0.9999;  // none: no EMA kept
  bool operator==(const Ema&) const = default;
};

struct Knn {
  int64_t k = 20;
  double temperature = 0.07;
  int64_t gallery = 10000;  // labelled training images compared against; 0: all
  int64_t queries = 0;      // evaluation images; 0: all
  bool operator==(const Knn&) const = default;
};

struct Evaluation {
  // None: at the end only.
  std::optional<Interval> every = Interval{Interval::Unit::kEpochs, {}, 10};
  bool at_start = false;
  std::optional<Knn> knn;  // `knn: true` takes the defaults
  EvaluationResize resize = EvaluationResize::kShorterSide;
  int64_t batch = 256;
  bool operator==(const Evaluation&) const = default;
};

struct Keep {
  int64_t last = 2;
  int64_t best = 1;
  int64_t every_epochs = 0;  // 0: none kept for their epoch
  bool operator==(const Keep&) const = default;
};

struct Checkpoint {
  // None: at the end only.
  std::optional<Interval> every = Interval{Interval::Unit::kTime, absl::Minutes(30), 0};
  Keep keep;
  bool operator==(const Checkpoint&) const = default;
};

struct Restart {
  int64_t max = 10;  // of faults of the machine; a fault of the job is not retried
  bool operator==(const Restart&) const = default;
};

// When a job is stopped as hopeless.
struct Monitor {
  double collapse_std = 1e-3;  // embedding_std below this for `collapse_steps` steps; 0: off
  int64_t collapse_steps = 50;
  bool operator==(const Monitor&) const = default;
};

// Who is told of the job's end; "": whoever the coordinator tells of all jobs.
struct Notify {
  std::string url;
  bool operator==(const Notify&) const = default;
};

// A default-made JobSpec holds the paper's pretraining recipe for the base model; the other recipes
// are in job_defaults.h.
struct JobSpec {
  std::string name;
  Kind kind = Kind::kPretrain;
  Recipe recipe = Recipe::kBase;
  int64_t priority = 500;  // low 250, normal 500, high 750, or 0 … 1000
  std::string queue = "default";
  Resources resources;
  ModelChoice model;
  Data data;
  Augmentation augmentation;
  Schedule schedule;
  Batch batch;
  Optimizer optimizer;
  Ema ema;
  Precision precision = Precision::kBf16;
  Evaluation evaluation;
  Checkpoint checkpoint;
  Restart restart;
  Monitor monitor;
  Notify notify;
  uint64_t seed = 0;
  bool ledger = false;
  std::map<std::string, std::string> env;  // NCCL_*, TORCH_NCCL_*, GLOO_*, OMP_* only
  bool operator==(const JobSpec&) const = default;
};

// Where a value stands in a job file, counted from 1. {0, 0}: a default or a --set.
struct Position {
  int line = 0;
  int column = 0;
  bool operator==(const Position&) const = default;
};

// A job file after reading: what it asks for, and where it says so.
struct JobFile {
  std::string file;    // as the user named it, for messages
  std::string folder;  // absolute; relative paths of the file counted from here
  JobSpec spec;
  std::map<std::string, Position> positions;  // by dotted field; `recipe` of a --set is in it too
  bool operator==(const JobFile&) const = default;
};

// One thing wrong with a job file.
struct Fault {
  std::string file;
  Position position;
  std::string field;    // dotted; empty for broken YAML
  std::string message;  // what was found, what is allowed, the nearest right name
  bool operator==(const Fault&) const = default;
};

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_SPEC_H_
