// A job file as a tree, before anybody knows what its fields mean. YAML, JSON and --set all become
// this tree; job_binding.h turns it into a JobSpec and back.
//
// Plain values, owned by whoever holds the root.
#ifndef NEPA_COMMON_CONFIG_NODE_H_
#define NEPA_COMMON_CONFIG_NODE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/config/job_spec.h"

namespace nepa::config {

struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  struct Entry;

  Kind kind = Kind::kNull;
  std::string text;            // of a scalar
  bool quoted = false;         // a scalar that is text whatever it looks like
  Position position;           // {0, 0}: does not stand in the file
  std::vector<Node> items;     // of a sequence
  std::vector<Entry> entries;  // of a mapping, in order; keys are unique

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_mapping() const { return kind == Kind::kMapping; }

  // Null where there is no such entry.
  const Node* Find(const std::string& key) const;
  Node* Find(const std::string& key);
  // The entry's value, made where it is missing.
  Node& At(const std::string& key);
};

struct Node::Entry {
  std::string key;
  Position position;  // of the key
  Node value;
};

// Scalars as a person would write them: `Plain` for numbers, words and quantities, `Text` for what
// is text whatever it looks like.
Node Plain(std::string text);
Node Text(std::string text);
Node Null();
Node Flag(bool value);
Node Whole(int64_t value);
Node Real(double value);  // shortest text that reads back as the same number
Node Sequence(std::vector<Node> items);
Node Mapping();

// What was found, for a message: `"fast"`, `a mapping`, `a list`, `nothing`. Long text is cut.
std::string Describe(const Node& node);

// Short decimal text that every YAML reader reads back as `value`: "0.0003", "1.0e-12".
std::string FormatReal(double value);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_NODE_H_
