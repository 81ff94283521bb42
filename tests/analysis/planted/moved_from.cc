// A fault that clang-tidy must find: what was moved away is read.
#include <string>
#include <utility>
#include <vector>

namespace nepa {

size_t Planted(std::string text, std::vector<std::string>& texts) {
  texts.push_back(std::move(text));
  return text.size();
}

}  // namespace nepa
