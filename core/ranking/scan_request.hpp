// What: one query to a scan, and the working memory of the scans.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/linalg/int8_quantization.hpp"
#include "core/models/model.hpp"
#include "core/ranking/bounded_candidates.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct scan_request {
  const query* q{};
  std::size_t k{};
  /// Rows to leave out: ascending; may hold rows outside the slice.
  std::span<const item_row> excluded;
  /// Bit r % 64 of word r / 64 is set where row r may be returned; empty = every row. Covers the whole catalogue.
  std::span<const std::uint64_t> allowed;
};

inline constexpr std::size_t words_per_tile_max = groups_per_tile_max * rows_per_group / rows_per_word;

/// A query on its way through the tiles of a dense scan.
struct bounded_query {
  const scan_request* request{};
  std::vector<scored_row>* ranked{};
  row_filter filter;
  quantized_query quantized;
  bounded_candidates candidates;
  /// Places of the scan that the request's exclusions leave, as bits.
  std::vector<std::uint64_t> eligible;
  std::vector<std::int8_t> codes;
};

/// Belongs to one caller of `rank` and is reused from call to call; what is in it between calls means nothing.
struct scan_scratch {
  // Sparse: a score per row of the slice.
  std::vector<float> scores;
  // Blend: the sum over its parts.
  std::vector<float> blended;
  // Dense: the queries, of which the first `bounded` are in use.
  std::vector<bounded_query> queries;
  std::size_t bounded = 0;
  /// Those that a tile concerns, and those whose codes lie packed in blocks of queries_per_block_max.
  std::vector<bounded_query*> reaching;
  std::vector<bounded_query*> packed;
  std::vector<std::int8_t> codes;
  std::vector<std::int32_t> code_sums;
  /// [queries of a block][rows of a tile]
  std::vector<std::int32_t> products;
  /// Tail: the requests in its own numbers, and what was found for them.
  std::vector<scan_request> moved;
  std::vector<std::vector<item_row>> moved_exclusions;
  std::vector<std::vector<scored_row>> found;
};

}  // namespace freshet
