// A fault that UndefinedBehaviorSanitizer must find: a sum that no int holds.
#include <cstdio>
#include <limits>

int main(int argc, char**) {
  const int sum = std::numeric_limits<int>::max() + argc;
  std::printf("%d survived\n", sum);
}
