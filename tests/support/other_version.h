// A coordinator of another version: one whose protocol is so many numbers above or below ours, and
// that understands no other. It does nothing but say so.
#ifndef NEPA_TESTS_SUPPORT_OTHER_VERSION_H_
#define NEPA_TESTS_SUPPORT_OTHER_VERSION_H_

#include <memory>
#include <string>

namespace nepa::testing {

class OtherVersion {
 public:
  // Listens on a free port of loopback until its end.
  explicit OtherVersion(int newer_by);
  ~OtherVersion();

  const std::string& address() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_OTHER_VERSION_H_
