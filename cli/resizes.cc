#include "cli/resizes.h"

namespace nepa::cli {
namespace {

sigset_t Watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGWINCH);
  return set;
}

}  // namespace

Resizes::Resizes() : signals_(Watched()) {}

bool Resizes::Take() {
  bool any = false;
  while (signals_.Take()) any = true;
  return any;
}

}  // namespace nepa::cli
