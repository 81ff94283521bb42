#include "tests/simulation/simulate.h"

int main(int argc, char** argv) { return nepa::simulation::Simulate(argc, argv); }
