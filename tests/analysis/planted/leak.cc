// A fault that LeakSanitizer must find: nobody gives this memory back, or knows of it any more.
#include <cstdio>

__attribute__((noinline)) void Lose(int value) {
  int* volatile number = new int(value);
  number = nullptr;
}

int main() {
  for (int i = 0; i < 100; ++i) Lose(i);
  std::printf("still here\n");
}
