#include "common/config/node.h"

#include <charconv>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace nepa::config {

const Node* Node::Find(const std::string& key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Node* Node::Find(const std::string& key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->Find(key));
}

Node& Node::At(const std::string& key) {
  if (Node* found = Find(key)) return *found;
  entries.push_back({key, {}, {}});
  return entries.back().value;
}

Node Plain(std::string text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = std::move(text);
  return node;
}

Node Text(std::string text) {
  Node node = Plain(std::move(text));
  node.quoted = true;
  return node;
}

Node Null() { return {}; }

Node Flag(bool value) { return Plain(value ? "true" : "false"); }

Node Whole(int64_t value) { return Plain(absl::StrCat(value)); }

Node Real(double value) { return Plain(FormatReal(value)); }

Node Sequence(std::vector<Node> items) {
  Node node;
  node.kind = Node::Kind::kSequence;
  node.items = std::move(items);
  return node;
}

Node Mapping() {
  Node node;
  node.kind = Node::Kind::kMapping;
  return node;
}

std::string Describe(const Node& node) {
  constexpr size_t kShown = 60;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kSequence:
      return "a list";
    case Node::Kind::kMapping:
      return "a mapping";
    case Node::Kind::kScalar:
      break;
  }
  if (node.text.size() <= kShown) return absl::StrCat("\"", absl::Utf8SafeCEscape(node.text), "\"");
  size_t cut = kShown;  // not inside a character of several bytes
  while (cut > 0 && (static_cast<unsigned char>(node.text[cut]) & 0xC0) == 0x80) --cut;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(node.text.substr(0, cut)), "…\"");
}

std::string FormatReal(double value) {
  char buffer[64];
  const double size = std::abs(value);
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e15);
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 fixed ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  const size_t exponent = text.find('e');
  if (exponent == std::string::npos) return text;
  if (text[exponent + 2] == '0') text.erase(exponent + 2, 1);  // 1e-05
  // YAML 1.1 takes 1e-12 for a text, and knows a number by its point: 1.0e-12.
  return text.find('.') == std::string::npos ? text.insert(exponent, ".0") : text;
}

}  // namespace nepa::config
