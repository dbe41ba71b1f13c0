// What:    a FAISS index over a dense catalogue: nearly the k best rows, from a part of the rows.
// Why:     the exact scan reads every row; where a catalogue outgrows it, an index answers from a few percent of them.
// Kinds:   ivf:  rows lie in lists around centroids; a search reads the lists whose centroids are nearest.
//          hnsw: a graph of neighbours, walked towards the query (Malkov, Yashunin 2018).
// Exact:   scores are those of the exact scan, in its order; only a row may be missing. What a filter leaves out is
//          never returned, and where fewer than k rows are found the exact scan answers.
// Threads: immutable once built; a scratch serves one caller at a time. A search starts no thread.
// Errors:  rows that are not finite, or too long for their squares to be summed, have no index.
// Cost:    a search of ivf scores lists and rows x probes / lists; one of hnsw about 30 x width rows. Built by one
//          core: ivf lists x 256 x 25 products, hnsw about 1,000 a row. Memory: ivf a copy of the rows, hnsw 8 bytes a
//          link. On 2 cores of an EPYC with AVX-512, 41,000 x 64 from ALS: ivf 50 us at recall@10 .996, hnsw 80 us at
//          .981.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/ranking/slice_scan.hpp"

namespace freshet {

enum class index_kind : std::uint8_t { ivf, hnsw };

struct approximate_options {
  index_kind kind = index_kind::ivf;
  /// ivf: how many lists there are, at most one a row, and how many of them a search reads.
  std::uint32_t lists = 100;
  std::uint32_t probes = 10;
  /// hnsw: neighbours of a row, and how many rows a search keeps in view.
  std::uint32_t links = 16;
  std::uint32_t width = 64;
  /// ivf: built by all cores or by one; the index is the same. A graph is built by one, so that it can be repeated.
  bool use_threads = true;
};

class row_finder;
struct finder_scratch;

/// Working memory of a search; what is in it between calls means nothing.
class approximate_scratch {
 public:
  approximate_scratch();
  ~approximate_scratch();
  approximate_scratch(approximate_scratch&&) noexcept;
  approximate_scratch& operator=(approximate_scratch&&) noexcept;

 private:
  friend class approximate_index;
  std::unique_ptr<finder_scratch> finding_;
  scan_scratch scanning_;
  std::vector<std::vector<scored_row>> parts_;
};

class approximate_index {
 public:
  /// What `scores` views and `exact`, the scans of all its rows, must outlive the index.
  [[nodiscard]] static result<approximate_index> build(const dense_scores& scores, std::span<const slice_scan> exact,
                                                       const approximate_options& options,
                                                       const kernel_set& kernels = best_kernels());
  ~approximate_index();
  approximate_index(approximate_index&&) noexcept;
  approximate_index& operator=(approximate_index&&) noexcept;

  /// `ranked` becomes nearly the best rows of a dense request, best first: k of them if so many are eligible.
  void rank(const scan_request& request, std::vector<scored_row>& ranked, approximate_scratch& scratch) const;

  /// The share of the k best rows that are found, over these queries; 1 where there is nothing to find. Cost: an exact
  /// scan for each query.
  [[nodiscard]] double recall(std::span<const query> queries, std::size_t k) const;

 private:
  approximate_index(std::unique_ptr<const row_finder> finder, std::span<const slice_scan> exact, std::size_t items);
  void rank_exactly(const scan_request& request, std::vector<scored_row>& ranked, approximate_scratch& scratch) const;

  std::unique_ptr<const row_finder> finder_;
  std::span<const slice_scan> exact_;
  std::size_t items_;
};

}  // namespace freshet
