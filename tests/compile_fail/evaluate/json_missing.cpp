// expect: cnnpool/evaluate/ground_truth_json.hpp: <nlohmann/json.hpp> is missing; install nlohmann/json (Debian: nlohmann-json3-dev)
// flags: -nostdinc
// needs: nlohmann/json.hpp
#include <cnnpool/evaluate/ground_truth_json.hpp>
