// The one table of a job file: every field with its name, form, meaning and the condition under
// which it applies. YAML, JSON, --set, the JSON Schema, the reference in docs/job-file.md and
// `nepactl describe` all come from it. Defaults are in job_defaults.h.
//
// To add a field: a member in job_spec.h, a row in one of the job_fields_*.cc files, and its
// default in job_defaults.cc where the recipes differ. Everything else follows.
//
// Pure; the table is made once and never changes; any thread.
#ifndef NEPA_COMMON_CONFIG_JOB_FIELDS_H_
#define NEPA_COMMON_CONFIG_JOB_FIELDS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/config/forms.h"
#include "common/config/job_spec.h"
#include "common/config/node.h"

namespace nepa::config {

struct Field {
  std::string name;     // dotted, e.g. "data.train.path"
  std::string doc;      // one or two sentences
  std::string allowed;  // what may stand there, for people
  Schema schema;
  std::function<Verdict(const Node&, JobSpec&)> read;
  std::function<Node(const JobSpec&)> write;
  // Why the field means nothing in `spec`, e.g. "only with kind: finetune"; "" where it counts. A
  // field that means nothing may not be given, and is not written.
  std::function<std::string(const JobSpec&)> idle = [](const JobSpec&) { return ""; };
  // The field that `idle` and `required` look at; while that one is faulty they are not asked.
  std::string decided_by;
  // Whether `spec` cannot do without it being given.
  std::function<bool(const JobSpec&)> required = [](const JobSpec&) { return false; };
  // A field of the model's config.json: with model.from it is written only where it overrides.
  bool of_config = false;
  // What people also call it, for "did you mean".
  std::vector<std::string> synonyms;
};

// A mapping that holds fields.
struct Section {
  std::string name;  // dotted; "" for the whole file
  std::string doc;
  std::string allowed;  // what may stand there
  bool required = false;
  // Makes room for its fields, with their defaults.
  std::function<void(JobSpec&)> open = [](JobSpec&) {};
  // Reads what stands there instead of a mapping (`knn: true`, `ema: null`); false: not allowed.
  std::function<bool(const Node&, JobSpec&)> shorthand = [](const Node&, JobSpec&) {
    return false;
  };
  std::function<bool(const JobSpec&)> present = [](const JobSpec&) { return true; };
  Schema shorthand_schema;  // null: none
  Node absent;              // what is written where it is not present
};

// In the order in which they are written and explained. A section stands before its fields.
const std::vector<Field>& JobFields();
const std::vector<Section>& JobSections();

const Field* FindField(absl::string_view dotted);
const Section* FindSection(absl::string_view dotted);

// Whether what `spec` holds for `field` is a value that a file could give: schedule.steps has none
// while epochs count, data.train.path none before it is given.
bool HasValue(const Field& field, const JobSpec& spec);

// "data.train" of "data.train.path"; "" of "seed".
std::string ParentOf(const std::string& dotted);
// "path" of "data.train.path".
std::string LastOf(const std::string& dotted);
// Names (without the parent) of the sections and fields directly in `section`.
std::vector<std::string> NamesIn(const std::string& section);

// The rows of each part of the table.
void AddModelFields(std::vector<Field>& fields);
void AddDataFields(std::vector<Field>& fields);
void AddTrainingFields(std::vector<Field>& fields);

// One row. `member` gives the field's place in a JobSpec, const or not.
template <typename T, typename Member>
Field MakeField(std::string name, Form<T> form, Member member, std::string doc) {
  Field field;
  field.name = std::move(name);
  field.doc = std::move(doc);
  field.allowed = form.allowed;
  field.schema = form.schema;
  field.read = [form, member](const Node& node, JobSpec& spec) {
    return form.read(node, member(spec));
  };
  field.write = [form, member](const JobSpec& spec) { return form.write(member(spec)); };
  return field;
}

// One row for two members, written as [first, second].
template <typename First, typename Second>
Field MakePairField(std::string name, Form<std::pair<double, double>> form, First first,
                    Second second, std::string doc) {
  Field field;
  field.name = std::move(name);
  field.doc = std::move(doc);
  field.allowed = form.allowed;
  field.schema = form.schema;
  field.read = [=](const Node& node, JobSpec& spec) -> Verdict {
    std::pair<double, double> value;
    Verdict verdict = form.read(node, value);
    if (!verdict.readable()) return verdict;
    first(spec) = value.first;
    second(spec) = value.second;
    return verdict;
  };
  field.write = [=](const JobSpec& spec) { return form.write({first(spec), second(spec)}); };
  return field;
}

// Says when `field` means nothing, and which other field decides about that.
inline void SetIdle(Field& field, std::string decided_by,
                    std::function<std::string(const JobSpec&)> idle) {
  field.decided_by = std::move(decided_by);
  field.idle = std::move(idle);
}

// The place of a member, for MakeField: NEPA_MEMBER(optimizer.lr).
#define NEPA_MEMBER(path) \
  [](auto& spec) -> auto& { return spec.path; }

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_FIELDS_H_
