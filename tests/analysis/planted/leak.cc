// A fault that LeakSanitizer must find: nobody gives this memory back, or knows of it any more.
#include <cstdio>

__attribute__((noinline)) int Lose(int value) {
  int* volatile number = new int(value);
  const int kept = *number;
  number = nullptr;
  return kept;
}

int main() {
  int sum = 0;
  for (int i = 0; i < 100; ++i) sum += Lose(i);
  std::printf("%d\n", sum);
}
