// A fault that ThreadSanitizer must find: two threads write the same number, and nothing is
// between.
#include <cstdio>
#include <thread>

int main() {
  int count = 0;
  const auto add = [&count] {
    for (int i = 0; i < 1000; ++i) ++count;
  };
  std::thread first(add), second(add);
  first.join();
  second.join();
  std::printf("%d\n", count);
}
