#include "common/config/job_binding.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/config/job_defaults.h"
#include "common/config/job_fields.h"
#include "common/config/job_rules.h"
#include "common/config/model_presets.h"
#include "common/config/path_text.h"
#include "common/config/unknown_field.h"

namespace nepa::config {
namespace {

std::string Dotted(const std::string& section, const std::string& key) {
  return section.empty() ? key : absl::StrCat(section, ".", key);
}

// Whether the mapping that holds the field is there, with all that hold it.
bool ParentPresent(const std::string& dotted, const JobSpec& spec) {
  for (std::string name = ParentOf(dotted); !name.empty(); name = ParentOf(name)) {
    if (!FindSection(name)->present(spec)) return false;
  }
  return true;
}

class Binder {
 public:
  Binder(const Node& root, const BindingSource& source, Rules rules)
      : root_(root), source_(source), rules_(rules) {}

  BindingResult Run() {
    if (!root_.is_mapping()) {
      AddFault(
          "", root_.position,
          absl::StrCat("found ", Describe(root_), "; a job file is a mapping of fields to values"));
    } else {
      spec_ = DefaultJobSpec(What());
      BindSection("", root_);
      // A --set has no position, but that it was given counts: see SaysRecipe().
      if (given_.contains("recipe")) positions_.try_emplace("recipe");
      Complete();
      if (rules_ == Rules::kApply) {
        CheckIdle();
        CheckMissing();
        CheckRules();
      }
    }
    BindingResult result;
    result.faults = std::move(faults_);
    if (result.faults.empty()) {
      result.job = JobFile{source_.file, source_.folder, std::move(spec_), std::move(positions_)};
    }
    return result;
  }

 private:
  // The fields that decide about the defaults of the others, read ahead and without complaint.
  DefaultsFor What() const {
    JobSpec ahead;
    ahead.recipe = Recipe::kBase;
    const auto read = [this, &ahead](const std::string& dotted) {
      const Node* node = Find(dotted);
      const Field* field = FindField(dotted);
      JobSpec tried;
      if (node == nullptr || !Accepts(field->read(*node, tried))) return false;
      field->read(*node, ahead);
      return true;
    };
    read("kind");
    read("model.from");
    const bool preset = read("model.preset");
    const bool width = read("model.hidden_size");
    if (!read("recipe") && ahead.model.from.empty()) {
      const ModelPreset* named = FindModelPreset(ahead.model.preset);
      if (preset && !width && named != nullptr) ahead.model.config = named->config;
      ahead.recipe = RecipeForWidth(ahead.model.config.hidden_size);
    }
    return {ahead.kind, ahead.recipe, ahead.model.preset, !ahead.model.from.empty()};
  }

  bool Accepts(const Verdict& verdict) const {
    return rules_ == Rules::kApply ? !verdict : verdict.readable();
  }

  const Node* Find(const std::string& dotted) const {
    if (dotted.empty()) return &root_;
    const Node* parent = Find(ParentOf(dotted));
    return parent != nullptr && parent->is_mapping() ? parent->Find(LastOf(dotted)) : nullptr;
  }

  void AddFault(const std::string& field, Position position, std::string message) {
    faulty_.insert(field);
    const bool positioned = position.line > 0;
    faults_.push_back({positioned ? source_.file : source_.without_position, position, field,
                       std::move(message)});
  }

  void BindSection(const std::string& name, const Node& node) {
    for (const Node::Entry& entry : node.entries) {
      if (entry.key.empty() || absl::StrContains(entry.key, ".")) {
        AddUnknown(name, entry);
        continue;
      }
      const std::string dotted = Dotted(name, entry.key);
      if (entry.value.position.line > 0) positions_[dotted] = entry.value.position;
      if (const Field* field = FindField(dotted)) {
        BindField(*field, entry.value);
      } else if (const Section* section = FindSection(dotted)) {
        BindSectionValue(*section, entry.value);
      } else {
        positions_.erase(dotted);
        AddUnknown(name, entry);
      }
    }
  }

  void AddUnknown(const std::string& section, const Node::Entry& entry) {
    // Finding the right name takes a while; nobody reads it for the ten-thousandth time.
    const bool told = faults_.size() < 2 * kMostFaults;
    AddFault(Dotted(section, entry.key), entry.position,
             told ? UnknownFieldMessage(section, entry.key) : "unknown field");
  }

  void BindField(const Field& field, const Node& node) {
    given_.insert(field.name);
    // Tried elsewhere first: the checks that follow never see a value that breaks its bounds.
    const Verdict verdict = field.read(node, tried_);
    if (Accepts(verdict)) {
      field.read(node, spec_);
      return;
    }
    faulty_.insert(field.name);
    for (const Problem& problem : verdict.problems()) {
      const std::string& part = problem.part;
      AddFault(
          part.empty() ? field.name : Dotted(field.name, part),
          problem.position.line > 0 ? problem.position : node.position,
          problem.final ? problem.text : absl::StrCat(problem.text, "; allowed: ", field.allowed));
    }
  }

  void BindSectionValue(const Section& section, const Node& node) {
    given_.insert(section.name);
    if (node.is_mapping()) {
      section.open(spec_);
      section.open(tried_);
      BindSection(section.name, node);
    } else if (!section.shorthand(node, spec_)) {
      AddFault(section.name, node.position,
               absl::StrCat("found ", Describe(node), "; allowed: ", section.allowed,
                            section.allowed == "a mapping"
                                ? absl::StrCat(" of ", absl::StrJoin(NamesIn(section.name), ", "))
                                : ""));
    }
  }

  // What follows from what was given.
  void Complete() {
    if (given_.count("schedule.steps") > 0 && given_.count("schedule.epochs") == 0) {
      spec_.schedule.epochs = 0;
    }
    ModelChoice& model = spec_.model;
    if (model.from.empty()) {
      CompleteSizes(model);
    } else {
      CompleteOverrides(model.overrides);
    }
    if (spec_.name.empty()) {
      spec_.name = MadeLegal(WithoutEnding(FileName(source_.file)));
    }
    ResolvePaths();
  }

  // A file that gives its own sizes has no preset, though the rest is that of base.
  void CompleteSizes(ModelChoice& model) const {
    if (given_.count("model.preset") > 0 || given_.count("model.hidden_size") == 0) return;
    model.preset.clear();
    if (given_.count("model.intermediate_size") == 0) {
      model.config.intermediate_size = 4 * model.config.hidden_size;
    }
  }

  void CompleteOverrides(std::vector<std::string>& overrides) {
    const std::set<std::string> by_recipe(overrides.begin(), overrides.end());
    overrides.clear();
    for (const Field& field : JobFields()) {
      const std::string name = LastOf(field.name);
      if (!field.of_config) continue;
      if (given_.count(field.name) > 0 || by_recipe.count(name) > 0) overrides.push_back(name);
    }
  }

  void Resolve(std::string& path) const {
    if (!path.empty()) path = AbsolutePath(source_.folder, path);
  }

  void ResolvePaths() {
    const auto resolve = [this](DataSource& source) {
      Resolve(source.path);
      Resolve(source.labels);
      const std::string name = FileName(source.path);
      if (source.format == DataFormat::kIdx && source.labels.empty() &&
          absl::StrContains(name, "images-idx3")) {
        const std::string folder = source.path.substr(0, source.path.size() - name.size());
        source.labels = folder + absl::StrReplaceAll(name, {{"images-idx3", "labels-idx1"}});
      }
    };
    resolve(spec_.data.train);
    if (spec_.data.eval) resolve(*spec_.data.eval);
    std::string& from = spec_.model.from;
    if (!absl::StartsWith(from, "job/") && !absl::StartsWith(from, "checkpoint/")) Resolve(from);
  }

  bool Decided(const Field& field) const { return faulty_.count(field.decided_by) == 0; }

  void CheckIdle() {
    for (const Field& field : JobFields()) {
      if (given_.count(field.name) == 0 || faulty_.count(field.name) > 0) continue;
      if (!Decided(field) || !ParentPresent(field.name, spec_)) continue;
      const std::string reason = field.idle(spec_);
      if (!reason.empty()) AddFault(field.name, Find(field.name)->position, reason);
    }
  }

  void CheckMissing() {
    for (const Section& section : JobSections()) {
      if (section.required && given_.count(section.name) == 0)
        Missing(section.name, section.allowed);
    }
    for (const Field& field : JobFields()) {
      if (given_.count(field.name) > 0 || !ParentPresent(field.name, spec_)) continue;
      if (Decided(field) && field.required(spec_)) Missing(field.name, field.allowed);
    }
  }

  // Complains at the mapping that lacks it; where that is missing or wrong itself, enough is said.
  void Missing(const std::string& dotted, const std::string& allowed) {
    const std::string parent = ParentOf(dotted);
    const Node* mapping = Find(parent);
    if (mapping == nullptr || !mapping->is_mapping()) return;
    AddFault(dotted, mapping->position, absl::StrCat("missing; allowed: ", allowed));
  }

  void CheckRules() {
    for (BrokenRule& rule : BrokenRules(spec_)) {
      const bool certain = std::none_of(rule.fields.begin(), rule.fields.end(),
                                        [this](auto& name) { return Doubtful(name); });
      if (!certain) continue;
      const auto given = std::find_if(rule.fields.begin(), rule.fields.end(),
                                      [this](auto& name) { return given_.count(name) > 0; });
      const std::string field = given == rule.fields.end() ? rule.fields[0] : *given;
      const Node* node = Find(field);
      for (std::string name = field; node == nullptr;) node = Find(name = ParentOf(name));
      AddFault(field, node->position, rule.message);
    }
  }

  // A field that is faulty, or stands in something that is.
  bool Doubtful(std::string name) const {
    for (; !name.empty(); name = ParentOf(name)) {
      if (faulty_.count(name) > 0) return true;
    }
    return false;
  }

  const Node& root_;
  const BindingSource& source_;
  const Rules rules_;
  JobSpec spec_;
  JobSpec tried_;                 // where values are read first; nobody reads it
  std::set<std::string> given_;   // fields and sections
  std::set<std::string> faulty_;  // fields and sections
  std::map<std::string, Position> positions_;
  std::vector<Fault> faults_;
};

bool IsWritten(const Field& field, const JobSpec& spec) {
  if (!ParentPresent(field.name, spec) || !field.idle(spec).empty()) return false;
  if (!field.of_config || spec.model.from.empty()) return true;
  const std::vector<std::string>& overrides = spec.model.overrides;
  return std::find(overrides.begin(), overrides.end(), LastOf(field.name)) != overrides.end();
}

Node& Place(Node& root, const std::string& dotted) {
  const std::string parent = ParentOf(dotted);
  Node& mapping = parent.empty() ? root : Place(root, parent);
  mapping.kind = Node::Kind::kMapping;
  return mapping.At(LastOf(dotted));
}

}  // namespace

BindingResult Bind(const Node& root, const BindingSource& source, Rules rules) {
  return Binder(root, source, rules).Run();
}

Node ToNode(const JobSpec& spec) {
  Node root = Mapping();
  for (const Section& section : JobSections()) {
    if (!section.name.empty() && !section.present(spec) && ParentPresent(section.name, spec)) {
      Place(root, section.name) = section.absent;
    }
    for (const Field& field : JobFields()) {
      if (ParentOf(field.name) == section.name && IsWritten(field, spec)) {
        Place(root, field.name) = field.write(spec);
      }
    }
  }
  return root;
}

void SortAndLimit(std::vector<Fault>& faults) {
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
    const auto key = [](const Fault& fault) {
      return std::tuple(fault.position.line == 0, fault.position.line, fault.position.column);
    };
    return key(a) < key(b);
  });
  if (faults.size() <= kMostFaults) return;
  const size_t more = faults.size() - kMostFaults;
  faults.resize(kMostFaults);
  faults.push_back({faults[0].file, {}, "", absl::StrCat("and ", more, " more faults")});
}

}  // namespace nepa::config
