#include "common/config/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/config/source_text.h"

namespace nepa::config {
namespace {

// Builds the tree from yaml-cpp's events, one frame for each mapping or list that is open.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& text, YamlDocument& document) : text_(text), document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      AddFault(At(mark), "", "a second document starts here; a job file holds one job");
      stopped_ = true;
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node;
    node.position = At(mark);
    // Where nothing is written, yaml-cpp gives the place of what comes next.
    const char next = text_.CharacterAt(mark.line, mark.column);
    const bool written = next == '~' || next == 'n' || next == 'N';
    if (!written && HasKey()) node.position = frames_.back().key_position;
    AddValue(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    AddFault(At(mark), Path(), "an alias (*name) is not allowed; write the value out");
    document_.broken = true;
    AddValue({});
  }

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    AddFault(At(mark), Path(),
             absl::StrCat("an anchor (&", name, ") is not allowed; leave it out"));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    Node node = tag == "!" ? Text(value) : Plain(value);
    node.position = At(mark);
    CheckTag(tag, node.position);
    if (node.quoted && !text_.QuoteIsClosed(mark.line, mark.column)) {
      // yaml-cpp takes the rest of the file for the text.
      AddFault(node.position, "", "broken YAML: the quote that starts here is not closed");
      document_.broken = stopped_ = true;
    }
    AddValue(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(Node::Kind::kSequence, tag, mark);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(Node::Kind::kMapping, tag, mark);
  }
  void OnMapEnd() override { Close(); }

  bool stopped() const { return stopped_; }
  int documents() const { return documents_; }

 private:
  struct Frame {
    Node node;
    std::map<std::string, int> lines;  // of each key, since a mapping may have many
    bool has_key = false;
    bool wrong_key = false;  // not a text; its value is dropped
    std::string key;
    Position key_position;
  };

  Position At(const YAML::Mark& mark) const { return text_.PositionAt(mark.line, mark.column); }

  void AddFault(Position position, std::string field, std::string message) {
    if (stopped_) return;
    document_.faults.push_back({position, std::move(field), std::move(message)});
  }

  bool HasKey() const { return !frames_.empty() && frames_.back().has_key; }

  // Dotted name of the value that is being read.
  std::string Path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.has_key) absl::StrAppend(&path, path.empty() ? "" : ".", frame.key);
    }
    return path;
  }

  void CheckTag(const std::string& tag, Position position) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    AddFault(position, Path(), absl::StrCat("a tag (", tag, ") is not allowed; leave it out"));
  }

  void Open(Node::Kind kind, const std::string& tag, const YAML::Mark& mark) {
    Frame frame;
    frame.node.kind = kind;
    frame.node.position = At(mark);
    CheckTag(tag, frame.node.position);
    if (frames_.size() >= kMostDepth) {
      AddFault(frame.node.position, "", absl::StrCat("nested deeper than ", kMostDepth));
      stopped_ = true;
    }
    if (stopped_) return;
    frames_.push_back(std::move(frame));
  }

  void Close() {
    if (stopped_) return;
    Node node = std::move(frames_.back().node);
    frames_.pop_back();
    AddValue(std::move(node));
  }

  void AddValue(Node node) {
    if (stopped_) return;
    if (++nodes_ > kMostNodes) {
      AddFault(node.position, "", absl::StrCat("more than ", kMostNodes, " values"));
      stopped_ = true;
    } else if (frames_.empty()) {
      document_.root = std::move(node);
    } else if (frames_.back().node.is_sequence()) {
      frames_.back().node.items.push_back(std::move(node));
    } else if (!frames_.back().has_key) {
      TakeKey(node);
    } else {
      AddEntry(std::move(node));
    }
  }

  void TakeKey(const Node& node) {
    Frame& frame = frames_.back();
    frame.wrong_key = !node.is_scalar();
    if (frame.wrong_key) {
      AddFault(node.position, Path(), absl::StrCat("found ", Describe(node), " as a field's name"));
    }
    frame.key = node.text;
    frame.key_position = node.position;
    frame.has_key = true;
  }

  void AddEntry(Node node) {
    Frame& frame = frames_.back();
    frame.has_key = false;
    if (frame.wrong_key) return;
    const auto [first, is_new] = frame.lines.emplace(frame.key, frame.key_position.line);
    if (!is_new) {
      const std::string path = Path();
      AddFault(frame.key_position, path.empty() ? frame.key : absl::StrCat(path, ".", frame.key),
               absl::StrCat("given twice; the first stands at line ", first->second));
      return;
    }
    frame.node.entries.push_back({frame.key, frame.key_position, std::move(node)});
  }

  const SourceText& text_;
  YamlDocument& document_;
  std::vector<Frame> frames_;
  size_t nodes_ = 0;
  int documents_ = 0;
  bool stopped_ = false;
};

}  // namespace

YamlDocument ReadYaml(const std::string& raw) {
  YamlDocument document;
  const SourceText text(raw);
  if (const auto wrong = text.FirstWrongByte()) {
    document.faults.push_back({wrong->position, "", wrong->message});
    document.broken = true;
    return document;
  }
  TreeBuilder builder(text, document);
  std::istringstream stream(text.text());
  try {
    YAML::Parser parser(stream);
    while (!builder.stopped() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const Position position =
        error.mark.is_null() ? Position{1, 1} : text.PositionAt(error.mark.line, error.mark.column);
    document.faults.push_back({position, "", BrokenYamlMessage(text, position, error.msg)});
    document.broken = true;
  }
  document.broken = document.broken || builder.stopped();
  document.empty = builder.documents() == 0 && !document.broken;
  return document;
}

}  // namespace nepa::config
