#include "common/config/job_reference.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/config/effective_yaml.h"
#include "common/config/job_defaults.h"
#include "common/config/job_fields.h"
#include "common/config/model_presets.h"

namespace nepa::config {
namespace {

constexpr char kIntroduction[] = R"(# Job file

One job a file, in YAML. Every field has a default, and the defaults are the paper's recipe, so that a
file says only what is special about it; `nepactl describe JOB` shows the whole. A field that does not
exist is an error. `nepactl validate FILE` checks a file, with `--data` also the data and the model
folder that it names; `nepactl schema` prints its JSON Schema.

This page is made from the table of fields in `common/config` (`nepactl schema --markdown`).

    name: my-first-job
    kind: pretrain
    model: {preset: nepa-base-patch14-224}
    data:
      train: {format: image_folder, path: /data/imagenet/train}

- **Times** are written like `30m`, `1h30m` or `90s`; **shares** like `2.5%` or `0.025`; **`every`** takes
  a time, `10 epochs` or `500 steps`.
- **Paths**: a relative one counts from the job file's folder. `~` is not expanded.
- **`--set key=value`** sets any field by its dotted name, the value read as YAML:
  `--set schedule.epochs=1`, `--set 'resources.ranks={min: 1, max: 4}'`. A mapping replaces the mapping. It
  also takes the place of what would contradict it in the file: `schedule.steps` that of
  `schedule.epochs`, `model.from` that of `model.preset`, `limit` that of `limit_per_class`.
- **YAML**: no anchors, aliases, tags or second document; at most 1 MiB.
- A field that would mean nothing in a job is refused there (`augmentation.padding` without
  `crop: padded`), and so are combinations that cannot work; all faults are told at once, each with
  file, line and column.

Defaults in the tables are those of pretraining. Where fine-tuning or the large model's recipe has
another, it stands behind.
)";

std::string Cell(const std::string& text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

std::string Code(const std::string& text) {
  std::string line = text;
  if (!line.empty() && line.back() == '\n') line.pop_back();
  return absl::StrCat("`", line, "`");
}

// The default for a job of `kind` by `recipe`; "none" where there is none.
std::string Default(const Field& field, Kind kind, Recipe recipe) {
  JobSpec spec = DefaultJobSpec({kind, recipe});
  for (const Section& section : JobSections()) section.open(spec);
  return HasValue(field, spec) ? Code(YamlText(field.write(spec))) : "none";
}

// Pretraining's default, then those of the other recipes that differ.
std::string DefaultCell(const Field& field) {
  const std::string pretrain = Default(field, Kind::kPretrain, Recipe::kBase);
  const std::string pretrain_large = Default(field, Kind::kPretrain, Recipe::kLarge);
  const std::string finetune = Default(field, Kind::kFinetune, Recipe::kBase);
  const std::string finetune_large = Default(field, Kind::kFinetune, Recipe::kLarge);
  if (field.name == "kind" || field.name == "recipe") return pretrain;
  std::string cell = pretrain;
  if (pretrain_large != pretrain) absl::StrAppend(&cell, "; large: ", pretrain_large);
  if (finetune != pretrain) absl::StrAppend(&cell, "; finetune: ", finetune);
  const bool said = finetune_large == (pretrain_large != pretrain ? pretrain_large : finetune);
  if (!said) absl::StrAppend(&cell, "; finetune, large: ", finetune_large);
  return cell;
}

bool IsRequired(const Field& field) {
  JobSpec spec;
  for (const Section& section : JobSections()) section.open(spec);
  return field.required(spec);
}

void AppendSection(const Section& section, std::string& text) {
  std::string rows;
  for (const Field& field : JobFields()) {
    if (ParentOf(field.name) != section.name) continue;
    const std::string standard = field.name == "name" ? "the file's name"
                                 : IsRequired(field)  ? "must be given"
                                                      : DefaultCell(field);
    absl::StrAppend(&rows, "| `", LastOf(field.name), "` | ", Cell(field.allowed), " | ",
                    Cell(standard), " | ", Cell(field.doc), " |\n");
  }
  absl::StrAppend(&text, "\n## ", section.name.empty() ? "The job" : Code(section.name), "\n\n",
                  section.doc);
  if (section.required) text += " Must be given.";
  if (section.allowed != "a mapping") absl::StrAppend(&text, " Allowed: ", section.allowed, ".");
  text += "\n";
  if (rows.empty()) return;
  absl::StrAppend(&text, "\n| field | allowed | default | meaning |\n| --- | --- | --- | --- |\n",
                  rows);
}

void AppendPresets(std::string& text) {
  text += "\n## Presets\n\n| name | is |\n| --- | --- |\n";
  for (const ModelPreset& preset : ModelPresets()) {
    absl::StrAppend(&text, "| `", preset.name, "` | ", Cell(preset.doc), " |\n");
  }
}

}  // namespace

std::string JobReferenceMarkdown() {
  std::string text = kIntroduction;
  for (const Section& section : JobSections()) AppendSection(section, text);
  AppendPresets(text);
  return text;
}

}  // namespace nepa::config
