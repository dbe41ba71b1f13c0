// AVX2: Intel from Haswell, AMD from Zen. Every function names its instruction set, so that the rest of the program,
// inline functions of headers included, stays at the baseline.
#include "core/linalg/kernel_sets.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include <bit>
#include <cstring>

#define FRESHET_AVX2 __attribute__((target("avx2")))

namespace freshet {
namespace {

// Loaded at 8 - n: n lanes of all ones, then zeros.
alignas(32) constexpr std::int32_t lane_masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

FRESHET_AVX2 inline __m256i first_lanes(std::size_t n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane_masks + 8 - (n < 8 ? n : 8)));
}

FRESHET_AVX2 inline __m256 products_of(const float* a, const float* b, __m256i lanes) {
  return _mm256_mul_ps(_mm256_maskload_ps(a, lanes), _mm256_maskload_ps(b, lanes));
}

FRESHET_AVX2 float dot(const float* a, const float* b, std::size_t n) {
  __m256 low = _mm256_setzero_ps();
  __m256 high = _mm256_setzero_ps();
  std::size_t j = 0;
  for (; j + 16 <= n; j += 16) {
    low = _mm256_add_ps(low, _mm256_mul_ps(_mm256_loadu_ps(a + j), _mm256_loadu_ps(b + j)));
    high = _mm256_add_ps(high, _mm256_mul_ps(_mm256_loadu_ps(a + j + 8), _mm256_loadu_ps(b + j + 8)));
  }
  if (j < n) low = _mm256_add_ps(low, products_of(a + j, b + j, first_lanes(n - j)));
  if (j + 8 < n) high = _mm256_add_ps(high, products_of(a + j + 8, b + j + 8, first_lanes(n - j - 8)));
  const __m256 by_8 = _mm256_add_ps(low, high);
  const __m128 by_4 = _mm_add_ps(_mm256_castps256_ps128(by_8), _mm256_extractf128_ps(by_8, 1));
  const __m128 by_2 = _mm_add_ps(by_4, _mm_movehl_ps(by_4, by_4));
  return _mm_cvtss_f32(_mm_add_ss(by_2, _mm_movehdup_ps(by_2)));
}

FRESHET_AVX2 void add_scaled(float weight, const float* x, float* y, std::size_t n) {
  const __m256 weights = _mm256_set1_ps(weight);
  for (std::size_t j = 0; j < n; j += 8) {
    const __m256i lanes = first_lanes(n - j);
    const __m256 products = _mm256_mul_ps(weights, _mm256_maskload_ps(x + j, lanes));
    _mm256_maskstore_ps(y + j, lanes, _mm256_add_ps(_mm256_maskload_ps(y + j, lanes), products));
  }
}

FRESHET_AVX2 std::uint64_t above(const float* values, std::size_t n, float threshold) {
  const __m256 thresholds = _mm256_set1_ps(threshold);
  std::uint64_t mask = 0;
  for (std::size_t j = 0; j < n; j += 8) {
    const __m256i lanes = first_lanes(n - j);
    const __m256 over = _mm256_cmp_ps(_mm256_maskload_ps(values + j, lanes), thresholds, _CMP_GT_OQ);
    const int bits = _mm256_movemask_ps(_mm256_and_ps(over, _mm256_castsi256_ps(lanes)));
    mask |= static_cast<std::uint64_t>(bits) << j;
  }
  return mask;
}

FRESHET_AVX2 inline __m256i broadcast_quad(const std::int8_t* codes) {
  std::int32_t quad = 0;
  std::memcpy(&quad, codes, sizeof quad);
  return _mm256_set1_epi32(quad);
}

// vpmaddubsw multiplies unsigned by signed bytes, so the query's signs move over to the rows. Two products of 127 x 127
// fit in its 16 bits. Half a group is 8 rows.
template <std::size_t Halves, std::size_t Queries>
FRESHET_AVX2 inline void dot_halves(const std::int8_t* const (&rows)[Halves], std::size_t quads,
                                    const std::int8_t* codes, std::size_t query_stride,
                                    std::int32_t* const (&products)[Halves], std::size_t stride) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i sums[Halves][Queries];
#pragma GCC unroll 8
  for (std::size_t h = 0; h < Halves; ++h) {
#pragma GCC unroll 8
    for (std::size_t q = 0; q < Queries; ++q) sums[h][q] = _mm256_setzero_si256();
  }
  for (std::size_t quad = 0; quad < quads; ++quad) {
    __m256i some_rows[Halves];
#pragma GCC unroll 8
    for (std::size_t h = 0; h < Halves; ++h) {
      some_rows[h] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows[h] + quad * 64));
    }
#pragma GCC unroll 8
    for (std::size_t q = 0; q < Queries; ++q) {
      const __m256i query = broadcast_quad(codes + quad * query_stride + q * 4);
      const __m256i magnitude = _mm256_abs_epi8(query);
#pragma GCC unroll 8
      for (std::size_t h = 0; h < Halves; ++h) {
        const __m256i pairs = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(some_rows[h], query));
        sums[h][q] = _mm256_add_epi32(sums[h][q], _mm256_madd_epi16(pairs, ones));
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t h = 0; h < Halves; ++h) {
#pragma GCC unroll 8
    for (std::size_t q = 0; q < Queries; ++q) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(products[h] + q * stride), sums[h][q]);
    }
  }
}

template <std::size_t Queries>
FRESHET_AVX2 inline void dot_group(const int8_tile& tile, std::size_t group, const std::int8_t* codes,
                                   std::size_t query_stride, std::int32_t* products, std::size_t stride) {
  const std::int8_t* rows = tile.codes + group * tile.quads * 64;
  std::int32_t* out = products + group * rows_per_group;
  dot_halves<2, Queries>({rows, rows + 32}, tile.quads, codes, query_stride, {out, out + 8}, stride);
}

FRESHET_AVX2 void dot_int8(const int8_tile& tile, const int8_queries& queries, std::int32_t* products,
                           std::size_t stride) {
  const std::size_t query_stride = queries.count * 4;
  for (std::uint64_t left = tile.groups; left != 0; left &= left - 1) {
    const auto group = static_cast<std::size_t>(std::countr_zero(left));
    if (queries.count == 1) {
      dot_group<1>(tile, group, queries.codes, query_stride, products, stride);
    } else if (queries.count == 2) {
      dot_group<2>(tile, group, queries.codes, query_stride, products, stride);
    } else {
      // 8 sums of the 16 registers.
      for (std::size_t q = 0; q < queries.count; q += 4) {
        dot_group<4>(tile, group, queries.codes + q * 4, query_stride, products + q * stride, stride);
      }
    }
  }
}

template <bool WithBias>
FRESHET_AVX2 inline std::uint64_t half_reaching(const int8_bounds& bounds, const std::int32_t* products, __m256 error,
                                                std::size_t row) {
  const __m256 product = _mm256_cvtepi32_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(products + row)));
  __m256 upper = _mm256_mul_ps(_mm256_add_ps(product, error), _mm256_loadu_ps(bounds.row_scales + row));
  if (WithBias) {
    const __m256 scale = _mm256_set1_ps(bounds.bias_scale);
    upper = _mm256_add_ps(upper, _mm256_mul_ps(scale, _mm256_loadu_ps(bounds.bias + row)));
  }
  const __m256 reaches = _mm256_cmp_ps(upper, _mm256_set1_ps(bounds.threshold), _CMP_GE_OQ);
  return static_cast<std::uint64_t>(_mm256_movemask_ps(reaches));
}

template <bool WithBias>
FRESHET_AVX2 inline void words_reaching(const int8_bounds& bounds, const std::int32_t* products, std::uint64_t groups,
                                        std::uint64_t* reaching) {
  for (std::size_t first = 0; groups != 0; groups >>= 4, first += 4, ++reaching) {
    std::uint64_t word = 0;
    for (std::uint64_t left = groups & 15; left != 0; left &= left - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(left));
      const std::size_t row = (first + i) * rows_per_group;
      const __m256 error = _mm256_set1_ps(bounds.group_errors[first + i]);
      word |= (half_reaching<WithBias>(bounds, products, error, row) |
               half_reaching<WithBias>(bounds, products, error, row + 8) << 8)
              << i * rows_per_group;
    }
    *reaching = word;
  }
}

FRESHET_AVX2 void rows_reaching(const int8_bounds& bounds, const std::int32_t* products, std::uint64_t groups,
                                std::uint64_t* reaching) {
  const int8_bounds local = bounds;  // so that no store can be taken to change it
  if (local.bias == nullptr) {
    words_reaching<false>(local, products, groups, reaching);
  } else {
    words_reaching<true>(local, products, groups, reaching);
  }
}

}  // namespace

const kernel_set avx2_kernels{.name = "avx2",
                              .dot = dot,
                              .add_scaled = add_scaled,
                              .above = above,
                              .dot_int8 = dot_int8,
                              .rows_reaching = rows_reaching};

}  // namespace freshet

#endif
