#include "common/config/json_node.h"

#include "common/config/quantities.h"

namespace nepa::config {
namespace {

using Json = nlohmann::ordered_json;

Json JsonFromScalar(const Node& node) {
  if (node.quoted) return node.text;
  if (node.text == "true") return true;
  if (node.text == "false") return false;
  if (const auto whole = ReadWhole(node.text)) return *whole;
  if (const auto whole = ReadUnsigned(node.text)) return *whole;
  if (const auto real = ReadReal(node.text)) return *real;
  return node.text;
}

}  // namespace

Json JsonFromNode(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kScalar:
      return JsonFromScalar(node);
    case Node::Kind::kSequence: {
      Json json = Json::array();
      for (const Node& item : node.items) json.push_back(JsonFromNode(item));
      return json;
    }
    case Node::Kind::kMapping:
      break;
  }
  Json json = Json::object();
  for (const Node::Entry& entry : node.entries) json[entry.key] = JsonFromNode(entry.value);
  return json;
}

Node NodeFromJson(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object: {
      Node node = Mapping();
      for (const auto& [key, value] : json.items()) {
        node.entries.push_back({key, {}, NodeFromJson(value)});
      }
      return node;
    }
    case Json::value_t::array: {
      Node node = Sequence({});
      for (const Json& item : json) node.items.push_back(NodeFromJson(item));
      return node;
    }
    case Json::value_t::string:
      return Text(json.get<std::string>());
    case Json::value_t::boolean:
      return Flag(json.get<bool>());
    case Json::value_t::number_float:
      return Real(json.get<double>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return Plain(json.dump());
    default:
      return Null();
  }
}

}  // namespace nepa::config
