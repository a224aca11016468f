// mAP, hit@1 and recall@5 of a search with junk in the database and a query that has no positives.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cmath>
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/evaluate/measures.hpp>
#include <cnnpool/search/nearest.hpp>

int main() {
  using namespace cnnpool;
  // Points on a circle, at these degrees; the cosine falls with the angle between two of them.
  const int at[] = {0, 10, 20, 30, 40, 50, 60, 70};
  descriptors<float> database(8, 2), queries(3, 2);
  const auto put = [](descriptors<float>& d, int i, double degrees) {
    d(i, 0) = static_cast<float>(std::cos(degrees * std::acos(-1.0) / 180));
    d(i, 1) = static_cast<float>(std::sin(degrees * std::acos(-1.0) / 180));
  };
  for (int i = 0; i < 8; ++i) put(database, i, at[i]);
  put(queries, 0, -5);  // ranks 0 1 2 3 4 5 6 7
  put(queries, 1, 75);  // ranks 7 6 5 4 3 2 1 0
  put(queries, 2, -5);

  const neighbours found = nearest(queries, database, database.rows());
  assert(found[0][0].id == 0 && found[1][0].id == 7 && found[0][7].id == 7);

  using truth = relevance<index_t>;
  const std::vector<truth> truths{
      {.positives = {1, 2, 7}, .junk = {0}},  // without junk: 1 2 3 4 5 6 7: positives at 1, 2 and 7
      {.positives = {5, 0}, .junk = {6}},     // without junk: 7 5 4 3 2 1 0: positives at 2 and 7
      {.positives = {}, .junk = {3}}};        // no positives
  const mean_measure map = mean_of(measures::average_precision{}, found, truths);
  const mean_measure hit = mean_of(measures::hit_at{1}, found, truths);
  const mean_measure recall = mean_of(measures::recall_at{5}, found, truths);

  // The area under precision and recall by trapezoids, as Oxford5k's program computes it:
  // query 0: (1 + 1)/2 /3 + (1 + 1)/2 /3 + (2/6 + 3/7)/2 /3;   query 1: (0 + 1/2)/2 /2 + (1/6 + 2/7)/2 /2
  const double first = (1 + 1 + (2. / 6 + 3. / 7) / 2) / 3, second = (0.25 + (1. / 6 + 2. / 7) / 2) / 2;
  std::printf("mAP %.6f (trapezoids: %.6f), hit@1 %.2f, recall@5 %.4f, %td queries counted, %td left out\n", map.value,
              (first + second) / 2, hit.value, recall.value, static_cast<index_t>(map.counted),
              static_cast<index_t>(map.left_out));
  assert(std::fabs(map.value - (first + second) / 2) < 1e-12);
  assert(hit.value == 0.5 && hit.counted == 2 && hit.left_out == 1);           // 1 and 0
  assert(std::fabs(recall.value - (2. / 3 + 1. / 2) / 2) < 1e-12);             // 2 of 3 and 1 of 2
  assert(map.counted == 2 && map.left_out == 1);
}
