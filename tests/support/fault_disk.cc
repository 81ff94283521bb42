#include "tests/support/fault_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace nepa::testing {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

FaultDisk::FaultDisk(std::string root)
    : root_(fs::path(std::move(root)).lexically_normal().string()),
      real_(io::Disk()),
      tree_(Scan(root_)) {}

std::shared_ptr<FaultDisk::Node> FaultDisk::Scan(const std::string& path) {
  auto node = std::make_shared<Node>();
  node->is_folder = fs::is_directory(path);
  if (node->is_folder) {
    for (const auto& entry : fs::directory_iterator(path)) {
      node->entries[entry.path().filename().string()] = Scan(entry.path().string());
    }
    node->versions = {node->entries};
  } else {
    node->content = node->synced = ReadAll(path);
  }
  return node;
}

void FaultDisk::FailAt(int call, int error) {
  const MutexLock lock(mutex_);
  fail_at_ = call;
  error_ = error;
}

void FaultDisk::CutAfter(int call) {
  const MutexLock lock(mutex_);
  cut_after_ = call;
}

int FaultDisk::calls() const {
  const MutexLock lock(mutex_);
  return calls_;
}

int FaultDisk::Begin() {
  ++calls_;
  if (cut_after_ >= 0 && calls_ > cut_after_) return -EIO;
  return calls_ == fail_at_ ? -error_ : 0;
}

FaultDisk::Place FaultDisk::Find(const std::string& path) const {
  const fs::path relative = fs::path(path).lexically_normal().lexically_relative(root_);
  EXPECT_FALSE(relative.empty() || *relative.begin() == "..") << path << " is not under " << root_;
  if (relative == ".") return {tree_, ""};
  std::shared_ptr<Node> folder = tree_;
  for (const fs::path& part : relative.parent_path()) {
    const auto found = folder->entries.find(part.string());
    if (found == folder->entries.end()) return {nullptr, relative.filename().string()};
    folder = found->second;
  }
  return {folder, relative.filename().string()};
}

void FaultDisk::Changed(Node& folder) { folder.versions.push_back(folder.entries); }

int FaultDisk::Open(const std::string& path, int flags) {
  const MutexLock lock(mutex_);
  // To open for reading changes nothing, and is no point of its own.
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  if (writes) {
    if (const int error = Begin(); error != 0) return error;
  } else if (cut_after_ >= 0 && calls_ >= cut_after_) {
    return -EIO;
  }
  const int fd = real_.Open(path, flags);
  if (fd < 0) return fd;
  const Place place = Find(path);
  std::shared_ptr<Node> node = place.name.empty() ? tree_ : place.folder->entries[place.name];
  if (node == nullptr) {
    node = std::make_shared<Node>();
    place.folder->entries[place.name] = node;
    Changed(*place.folder);
  }
  if ((flags & O_TRUNC) != 0) node->content.clear();
  open_[fd] = {node, 0, (flags & O_APPEND) != 0};
  return fd;
}

ssize_t FaultDisk::Write(int fd, const char* bytes, size_t count) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) {
    if (calls_ != fail_at_ || count < 2) return error;
    count /= 2;
    full_ = true;
  } else if (std::exchange(full_, false)) {
    return -error_;
  }
  const ssize_t written = real_.Write(fd, bytes, count);
  if (written < 0) return written;
  OpenFile& file = open_.at(fd);
  std::string& content = file.node->content;
  if (file.append) file.offset = content.size();
  content.resize(std::max(content.size(), file.offset + static_cast<size_t>(written)));
  content.replace(file.offset, static_cast<size_t>(written), bytes, static_cast<size_t>(written));
  file.offset += static_cast<size_t>(written);
  return written;
}

int FaultDisk::MakeEmpty(int fd) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) return error;
  const int emptied = real_.MakeEmpty(fd);
  if (emptied >= 0) open_.at(fd).node->content.clear();
  return emptied;
}

int FaultDisk::Sync(int fd) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) return error;
  Node& node = *open_.at(fd).node;
  node.synced = node.content;
  node.versions = {node.entries};
  return 0;
}

int FaultDisk::Rename(const std::string& from, const std::string& to) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) return error;
  const int renamed = real_.Rename(from, to);
  if (renamed < 0) return renamed;
  const Place source = Find(from), target = Find(to);
  target.folder->entries[target.name] = source.folder->entries.at(source.name);
  source.folder->entries.erase(source.name);
  Changed(*source.folder);
  if (target.folder != source.folder) Changed(*target.folder);
  return 0;
}

int FaultDisk::Exchange(const std::string& a, const std::string& b) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) return error;
  const int exchanged = real_.Exchange(a, b);
  if (exchanged < 0) return exchanged;
  const Place one = Find(a), other = Find(b);
  std::swap(one.folder->entries.at(one.name), other.folder->entries.at(other.name));
  Changed(*one.folder);
  if (other.folder != one.folder) Changed(*other.folder);
  return 0;
}

int FaultDisk::MakeFolder(const std::string& path) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) return error;
  const int made = real_.MakeFolder(path);
  if (made < 0) return made;
  const Place place = Find(path);
  auto node = std::make_shared<Node>();
  node->is_folder = true;
  node->versions = {{}};
  place.folder->entries[place.name] = std::move(node);
  Changed(*place.folder);
  return 0;
}

int FaultDisk::Remove(const std::string& path) {
  const MutexLock lock(mutex_);
  if (const int error = Begin(); error != 0) return error;
  const int removed = real_.Remove(path);
  if (removed < 0) return removed;
  const Place place = Find(path);
  place.folder->entries.erase(place.name);
  Changed(*place.folder);
  return 0;
}

size_t FaultDisk::Choose(size_t count) {
  return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
}

const FaultDisk::Entries& FaultDisk::ChooseEntries(const Node& node, Unsynced unsynced) {
  if (unsynced == Unsynced::kLost) return node.versions.front();
  if (unsynced == Unsynced::kKept) return node.versions.back();
  return node.versions[Choose(node.versions.size())];
}

std::string FaultDisk::ChooseContent(const Node& node, Unsynced unsynced) {
  if (unsynced == Unsynced::kLost || node.content == node.synced) return node.synced;
  if (unsynced == Unsynced::kKept) return node.content;
  // Bytes after the synced ones: the first of them, and a last stretch of zeros.
  std::string kept = node.content.substr(0, Choose(node.content.size() + 1));
  std::fill(kept.begin() + static_cast<ptrdiff_t>(Choose(kept.size() + 1)), kept.end(), '\0');
  const size_t safe = static_cast<size_t>(std::mismatch(node.synced.begin(), node.synced.end(),
                                                        node.content.begin(), node.content.end())
                                              .first -
                                          node.synced.begin());
  if (safe < node.synced.size())
    return Choose(2) == 0 ? node.synced : kept;  // made empty meanwhile
  kept.resize(std::max(kept.size(), safe));
  kept.replace(0, safe, node.synced);
  return kept;
}

void FaultDisk::Materialize(const Node& node, const std::string& path, Unsynced unsynced) {
  if (!node.is_folder) {
    const std::string content = ChooseContent(node, unsynced);
    std::ofstream(path, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
    return;
  }
  fs::create_directory(path);
  for (const auto& [name, inside] : ChooseEntries(node, unsynced)) {
    Materialize(*inside, path + "/" + name, unsynced);
  }
}

void FaultDisk::PowerOn(Unsynced unsynced, unsigned seed) {
  const MutexLock lock(mutex_);
  // Other choices at other cuts, for the same seed.
  std::seed_seq seeds{seed, static_cast<unsigned>(cut_after_)};
  random_.seed(seeds);
  for (const auto& entry : fs::directory_iterator(root_)) fs::remove_all(entry.path());
  for (const auto& [name, inside] : ChooseEntries(*tree_, unsynced)) {
    Materialize(*inside, root_ + "/" + name, unsynced);
  }
}

}  // namespace nepa::testing
