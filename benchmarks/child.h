// The programs that a benchmark runs: a coordinator, and nepactl.
#ifndef NEPA_BENCHMARKS_CHILD_H_
#define NEPA_BENCHMARKS_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace nepa::benchmarks {

// A nepa-coordinator on a free port of loopback, with its state and storage in `folder`. Ends this
// program with a message where it does not come up. Killed when this goes away.
class Coordinator {
 public:
  explicit Coordinator(const std::string& folder);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  const std::string& address() const { return address_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  std::string address_;
};

// Runs nepactl, which prints to nowhere; ends this program where it fails.
void RunNepactl(const std::vector<std::string>& arguments);

}  // namespace nepa::benchmarks

#endif  // NEPA_BENCHMARKS_CHILD_H_
