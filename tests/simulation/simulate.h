// The program nepa-simulate: runs seeds, and tells how to run one again that broke a rule.
#ifndef NEPA_TESTS_SIMULATION_SIMULATE_H_
#define NEPA_TESTS_SIMULATION_SIMULATE_H_

namespace nepa::simulation {

// Its exit code: 0 if every rule held, 1 if a seed broke one, else wrong usage.
int Simulate(int argc, char** argv);

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_SIMULATE_H_
