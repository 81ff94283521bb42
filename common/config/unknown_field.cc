#include "common/config/unknown_field.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/job_fields.h"
#include "common/config/nearest_name.h"

namespace nepa::config {
namespace {

bool IsSynonym(const Field& field, const std::string& key) {
  for (const std::string& synonym : field.synonyms) {
    if (EditDistance(synonym, key) == 0) return true;
  }
  return false;
}

// A field or section elsewhere that is called `key`.
std::string Elsewhere(const std::string& key) {
  for (const Field& field : JobFields()) {
    if (EditDistance(LastOf(field.name), key) == 0 || IsSynonym(field, key)) return field.name;
  }
  for (const Section& section : JobSections()) {
    if (EditDistance(LastOf(section.name), key) == 0) return section.name;
  }
  return "";
}

std::string RightName(const std::string& section, const std::string& key,
                      const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (EditDistance(name, key) == 0) return name;
  }
  for (const Field& field : JobFields()) {
    if (ParentOf(field.name) == section && IsSynonym(field, key)) return LastOf(field.name);
  }
  std::string right = Elsewhere(key);
  if (right.empty()) right = NearestName(key, names);
  return right;
}

}  // namespace

std::string UnknownFieldMessage(const std::string& section, const std::string& key) {
  if (FindField(key) != nullptr && ParentOf(key) != "") {
    return absl::StrCat("a dotted name is for --set; in a file, write ", ParentOf(key), ": {",
                        LastOf(key), ": …}");
  }
  const std::vector<std::string> names = NamesIn(section);
  const std::string right = RightName(section, key, names);
  return absl::StrCat("unknown field; allowed: ", absl::StrJoin(names, ", "),
                      right.empty() ? "" : absl::StrCat("; did you mean ", right, "?"));
}

}  // namespace nepa::config
