// Rows of `data` and `augmentation`: which images, and what is done to them.
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/config/job_fields.h"
#include "common/config/quantities.h"

namespace nepa::config {
namespace {

constexpr int64_t kMostImages = int64_t{1} << 40;

// `source` gives the DataSource in a JobSpec, const or not.
template <typename Source>
std::function<std::string(const JobSpec&)> OnlyFor(Source source, DataFormat format,
                                                   const char* reason) {
  return [=](const JobSpec& spec) { return source(spec).format == format ? "" : reason; };
}

std::optional<std::string> PathProblem(const std::string& path) {
  if (path != "~" && !absl::StartsWith(path, "~/")) return std::nullopt;
  return "found \"~\", which is not expanded; write the whole path";
}

template <typename Source>
void AddSource(const std::string& section, Source source, std::vector<Field>& fields) {
  const auto name = [&section](const char* field) { return absl::StrCat(section, ".", field); };
  const auto synthetic = [source](const JobSpec& spec) {
    return source(spec).format == DataFormat::kSynthetic;
  };
  fields.push_back(MakeField(
      name("format"),
      WordForm<DataFormat>({{"image_folder", DataFormat::kImageFolder},
                            {"idx", DataFormat::kIdx},
                            {"synthetic", DataFormat::kSynthetic}},
                           {"webdataset"}),
      [source](auto& spec) -> auto& { return source(spec).format; },
      "image_folder: one folder of JPEG or PNG files for each class. idx: the files of MNIST, "
      "plain "
      "or gzip. synthetic: made-up images, for trying things out."));
  fields.push_back(MakeField(
      name("path"), Checked(TextForm("a path"), PathProblem),
      [source](auto& spec) -> auto& { return source(spec).path; },
      "The folder; for idx also an images file. A relative path counts from the job file's "
      "folder."));
  fields.back().required = [synthetic](const JobSpec& spec) { return !synthetic(spec); };
  SetIdle(fields.back(), name("format"), [synthetic](const JobSpec& spec) {
    return synthetic(spec) ? "format: synthetic reads no files" : "";
  });
  fields.back().synonyms = {"dir", "folder", "root", "file"};
  const auto only_idx = OnlyFor(source, DataFormat::kIdx, "only with format: idx");
  fields.push_back(MakeField(
      name("labels"), Checked(OptionalTextForm("a path, or null"), PathProblem),
      [source](auto& spec) -> auto& { return source(spec).labels; },
      "The labels file where `path` is an images file. The default is the one "
      "beside it, with labels-idx1 for images-idx3."));
  SetIdle(fields.back(), name("format"), only_idx);
  fields.push_back(MakeField(
      name("split"), WordForm<std::string>({{"train", "train"}, {"t10k", "t10k"}}),
      [source](auto& spec) -> auto& { return source(spec).split; },
      "Which of the two sets in a folder of MNIST's four files."));
  SetIdle(fields.back(), name("format"), only_idx);
  fields.push_back(MakeField(
      name("limit"),
      WholeForm(0, kMostImages), [source](auto& spec) -> auto& { return source(spec).limit; },
      "Only the first so many images; 0: all."));
  fields.push_back(MakeField(
      name("limit_per_class"), WholeForm(0, kMostImages),
      [source](auto& spec) -> auto& { return source(spec).limit_per_class; },
      "Only the first so many images of each class; 0: all."));
  const auto only_synthetic =
      OnlyFor(source, DataFormat::kSynthetic, "only with format: synthetic");
  fields.push_back(MakeField(
      name("synthetic_count"), WholeForm(1, kMostImages),
      [source](auto& spec) -> auto& { return source(spec).synthetic_count; },
      "How many images are made up."));
  SetIdle(fields.back(), name("format"), only_synthetic);
  fields.push_back(MakeField(
      name("synthetic_classes"), WholeForm(1, 100'000),
      [source](auto& spec) -> auto& { return source(spec).synthetic_classes; },
      "Of how many classes."));
  SetIdle(fields.back(), name("format"), only_synthetic);
}

// rand-m9-mstd0.5-inc1: a magnitude, its spread, whether all operations grow with it, how many.
std::optional<std::string> RandAugmentProblem(const std::string& text) {
  const std::string wrong = absl::StrCat("found \"", text, "\"");
  const std::vector<std::string> parts = absl::StrSplit(text, '-');
  if (parts[0] != "rand") return wrong;
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::string_view part = parts[i];
    bool right = false;
    if (absl::ConsumePrefix(&part, "mstd")) {
      const auto value = ReadReal(part);
      right = value && *value >= 0 && *value <= 100;
    } else if (absl::ConsumePrefix(&part, "inc")) {
      right = part == "0" || part == "1";
    } else if (absl::ConsumePrefix(&part, "m")) {
      const auto value = ReadWhole(part);
      right = value && *value >= 0 && *value <= 10;
    } else if (absl::ConsumePrefix(&part, "n")) {
      const auto value = ReadWhole(part);
      right = value && *value >= 1 && *value <= 10;
    }
    if (!right) return absl::StrCat(wrong, ": \"", parts[i], "\" is no part of it");
  }
  return std::nullopt;
}

std::function<std::string(const JobSpec&)> OnlyWithCrop(CropKind crop, const char* reason) {
  return [=](const JobSpec& spec) { return spec.augmentation.crop == crop ? "" : reason; };
}

std::string OnlyFinetune(const JobSpec& spec) {
  return spec.kind == Kind::kFinetune ? "" : "only with kind: finetune, which learns from labels";
}

void AddGeometry(std::vector<Field>& fields) {
  fields.push_back(
      MakeField("augmentation.crop",
                WordForm<CropKind>({{"random_resized", CropKind::kRandomResized},
                                    {"padded", CropKind::kPadded},
                                    {"none", CropKind::kNone}}),
                NEPA_MEMBER(augmentation.crop),
                "random_resized: a random part, resized. padded: a random window of the "
                "image with a black border. none: as in evaluation."));
  const auto resized = OnlyWithCrop(CropKind::kRandomResized, "only with crop: random_resized");
  fields.push_back(MakePairField(
      "augmentation.scale", PairForm({.min = 0, .max = 1, .open_min = true}, true, "[0.08, 1]"),
      NEPA_MEMBER(augmentation.scale_min), NEPA_MEMBER(augmentation.scale_max),
      "Least and greatest share of the image's area that a crop takes."));
  SetIdle(fields.back(), "augmentation.crop", resized);
  fields.push_back(
      MakePairField("augmentation.ratio", PairForm({.min = 0.01, .max = 100}, true, "[0.75, 1.33]"),
                    NEPA_MEMBER(augmentation.ratio_min), NEPA_MEMBER(augmentation.ratio_max),
                    "Least and greatest width / height of a crop."));
  SetIdle(fields.back(), "augmentation.crop", resized);
  fields.push_back(MakeField("augmentation.interpolation",
                             WordForm<Interpolation>({{"bilinear", Interpolation::kBilinear},
                                                      {"bicubic", Interpolation::kBicubic}}),
                             NEPA_MEMBER(augmentation.interpolation),
                             "How a crop is resized, with antialiasing."));
  SetIdle(fields.back(), "augmentation.crop", resized);
  fields.push_back(MakeField("augmentation.padding", WholeForm(0, 1024),
                             NEPA_MEMBER(augmentation.padding),
                             "Pixels of black border on each side."));
  SetIdle(fields.back(), "augmentation.crop",
          OnlyWithCrop(CropKind::kPadded, "only with crop: padded"));
  fields.push_back(MakeField("augmentation.flip", FlagForm(), NEPA_MEMBER(augmentation.flip),
                             "Half of the images are mirrored."));
}

void AddPixels(std::vector<Field>& fields) {
  fields.push_back(MakeField("augmentation.mean", RealForm({.min = -100, .max = 100}),
                             NEPA_MEMBER(augmentation.mean),
                             "Subtracted from each pixel, which is 0 to 1; in evaluation too."));
  fields.push_back(MakeField("augmentation.deviation",
                             RealForm({.min = 0, .max = 100, .open_min = true}),
                             NEPA_MEMBER(augmentation.deviation),
                             "Then each pixel is divided by this; in evaluation too."));
  fields.back().synonyms = {"std", "stddev"};
  fields.push_back(
      MakeField("augmentation.rand_augment",
                Checked(OptionalTextForm("a text like rand-m9-mstd0.5-inc1, or null (none)"),
                        RandAugmentProblem),
                NEPA_MEMBER(augmentation.rand_augment), "RandAugment in timm's words."));
  fields.back().synonyms = {"randaugment", "auto_augment"};
  fields.push_back(MakeField("augmentation.erasing", ShareForm({.min = 0, .max = 1}),
                             NEPA_MEMBER(augmentation.erasing),
                             "Probability that a rectangle is filled with noise."));
  fields.back().synonyms = {"random_erasing"};
  fields.push_back(MakeField("augmentation.mixup", RealForm({.min = 0, .max = 100}),
                             NEPA_MEMBER(augmentation.mixup), "Mixup's alpha; 0: off."));
  SetIdle(fields.back(), "kind", OnlyFinetune);
  fields.push_back(MakeField("augmentation.cutmix", RealForm({.min = 0, .max = 100}),
                             NEPA_MEMBER(augmentation.cutmix), "CutMix's alpha; 0: off."));
  SetIdle(fields.back(), "kind", OnlyFinetune);
  fields.push_back(MakeField("augmentation.label_smoothing",
                             ShareForm({.min = 0, .max = 1, .open_max = true}),
                             NEPA_MEMBER(augmentation.label_smoothing),
                             "Share of the target that is spread over all classes."));
  SetIdle(fields.back(), "kind", OnlyFinetune);
}

}  // namespace

void AddDataFields(std::vector<Field>& fields) {
  AddSource("data.train", NEPA_MEMBER(data.train), fields);
  // Rows of data.eval are touched only where the section is present.
  AddSource(
      "data.eval", [](auto& spec) -> auto& { return *spec.data.eval; }, fields);
  fields.push_back(MakeField("data.loader_threads", WholeForm(0, 1024),
                             NEPA_MEMBER(data.loader_threads),
                             "Threads that read and augment images, in each rank; 0: chosen by the "
                             "trainer."));
  fields.back().synonyms = {"workers", "num_workers", "threads"};
  AddGeometry(fields);
  AddPixels(fields);
}

}  // namespace nepa::config
