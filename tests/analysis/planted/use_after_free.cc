// A fault that AddressSanitizer must find: memory that was given back is read.
#include <cstdio>
#include <memory>

int main() {
  auto number = std::make_unique<int>(7);
  const volatile int* const kept = number.get();
  number.reset();
  std::printf("%d survived\n", *kept);
}
