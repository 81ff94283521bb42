// What the fuzz targets of this folder share. A target is one file with LLVMFuzzerTestOneInput: it
// hands bytes to one reader of ours and requires what must hold whatever they are. CMakeLists.txt
// says how it is run; its corpus lies in corpus/TARGET.
#ifndef NEPA_TESTS_FUZZ_FUZZ_H_
#define NEPA_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace nepa::fuzz {

inline std::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the process, which is how a finding is told, unless `holds`.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// A file in memory with the bytes of one input after the other, for readers that take a path.
class InputFile {
 public:
  InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  void Fill(std::string_view bytes);
  const std::string& path() const { return path_; }

 private:
  int fd_;
  std::string path_;
};

}  // namespace nepa::fuzz

#endif  // NEPA_TESTS_FUZZ_FUZZ_H_
