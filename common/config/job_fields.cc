#include "common/config/job_fields.h"

#include "common/config/job_defaults.h"

namespace nepa::config {
namespace {

Section MakeSection(std::string name, std::string doc) {
  Section section;
  section.name = std::move(name);
  section.doc = std::move(doc);
  section.allowed = "a mapping";
  return section;
}

Section Required(Section section) {
  section.required = true;
  return section;
}

Section EvaluationData() {
  Section section = MakeSection("data.eval", "The labelled images that evaluation measures on.");
  section.allowed = "a mapping, or null (no evaluation)";
  section.open = [](JobSpec& spec) {
    if (!spec.data.eval) spec.data.eval = DefaultEvaluationData();
  };
  section.shorthand = [](const Node& node, JobSpec& spec) {
    if (node.is_null()) spec.data.eval.reset();
    return node.is_null();
  };
  section.present = [](const JobSpec& spec) { return spec.data.eval.has_value(); };
  section.shorthand_schema = {{"type", "null"}};
  return section;
}

Section EmaSection() {
  Section section = MakeSection("ema", "The moving average of the weights, kept in float32.");
  section.allowed = "a mapping, or null (none is kept)";
  section.shorthand = [](const Node& node, JobSpec& spec) {
    if (node.is_null()) spec.ema.decay.reset();
    return node.is_null();
  };
  section.shorthand_schema = {{"type", "null"}};
  return section;
}

Section KnnSection() {
  Section section = MakeSection(
      "evaluation.knn", "k-nearest-neighbour accuracy of the frozen features, for each block.");
  section.allowed = "true, false or a mapping";
  section.open = [](JobSpec& spec) {
    if (!spec.evaluation.knn) spec.evaluation.knn = Knn();
  };
  section.shorthand = [](const Node& node, JobSpec& spec) {
    bool wanted = false;
    if (!node.is_null() && FlagForm().read(node, wanted)) return false;
    spec.evaluation.knn = wanted ? std::optional<Knn>(Knn()) : std::nullopt;
    return true;
  };
  section.present = [](const JobSpec& spec) { return spec.evaluation.knn.has_value(); };
  section.shorthand_schema = {{"type", {"boolean", "null"}}};
  section.absent = Flag(false);
  return section;
}

}  // namespace

const std::vector<Section>& JobSections() {
  static const auto& sections = *new std::vector<Section>{
      MakeSection("", "One job."),
      MakeSection("resources", "What the job runs on."),
      MakeSection("model",
                  "The network: a preset, or where its weights come from; single fields of "
                  "its config.json may be overridden."),
      Required(MakeSection("data", "The images.")),
      Required(MakeSection("data.train", "The images that are trained on.")),
      EvaluationData(),
      MakeSection("augmentation", "What is done to a training image before it is learned from."),
      MakeSection("schedule", "How long is trained, and how the learning rate starts."),
      MakeSection("batch", "How many images a step learns from."),
      MakeSection("optimizer", "AdamW."),
      EmaSection(),
      MakeSection("evaluation",
                  "What is measured during training, and when. The end of a job "
                  "evaluates too, whatever `every` says."),
      KnnSection(),
      MakeSection("checkpoint",
                  "When a checkpoint is written, and which ones are kept. The end of "
                  "a job writes one too, whatever `every` says."),
      MakeSection("checkpoint.keep", "Which checkpoints stay; the others are removed."),
      MakeSection("restart", "What happens after a fault of the machine."),
      MakeSection("monitor", "When a job is stopped as hopeless."),
      MakeSection("notify", "Who is told of the job's end."),
  };
  return sections;
}

const std::vector<Field>& JobFields() {
  static const auto& fields = *[] {
    auto* table = new std::vector<Field>;
    AddModelFields(*table);
    AddDataFields(*table);
    AddTrainingFields(*table);
    // Written section by section, in the order of JobSections().
    auto* ordered = new std::vector<Field>;
    for (const Section& section : JobSections()) {
      for (const Field& field : *table) {
        if (ParentOf(field.name) == section.name) ordered->push_back(field);
      }
    }
    delete table;
    return ordered;
  }();
  return fields;
}

const Field* FindField(absl::string_view dotted) {
  for (const Field& field : JobFields()) {
    if (absl::string_view(field.name) == dotted) return &field;
  }
  return nullptr;
}

const Section* FindSection(absl::string_view dotted) {
  for (const Section& section : JobSections()) {
    if (absl::string_view(section.name) == dotted) return &section;
  }
  return nullptr;
}

bool HasValue(const Field& field, const JobSpec& spec) {
  JobSpec scratch = spec;
  return !field.read(field.write(spec), scratch);
}

std::string ParentOf(const std::string& dotted) {
  const size_t dot = dotted.rfind('.');
  return dot == std::string::npos ? "" : dotted.substr(0, dot);
}

std::string LastOf(const std::string& dotted) {
  const size_t dot = dotted.rfind('.');
  return dot == std::string::npos ? dotted : dotted.substr(dot + 1);
}

std::vector<std::string> NamesIn(const std::string& section) {
  std::vector<std::string> names;
  for (const Field& field : JobFields()) {
    if (ParentOf(field.name) == section) names.push_back(LastOf(field.name));
  }
  for (const Section& inner : JobSections()) {
    if (!inner.name.empty() && ParentOf(inner.name) == section) names.push_back(LastOf(inner.name));
  }
  return names;
}

}  // namespace nepa::config
