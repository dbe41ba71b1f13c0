// AVX-512 with VNNI: Intel from Ice Lake, AMD from Zen 4. Every function names its instruction set, so that the rest
// of the program, inline functions of headers included, stays at the baseline.
#include "core/linalg/kernel_sets.hpp"

#if defined(__x86_64__)

// GCC 12 warns of the deliberately undefined registers within these headers.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

#include <bit>
#include <cstring>

#define FRESHET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

namespace freshet {
namespace {

FRESHET_AVX512 inline __mmask16 first_lanes(std::size_t n) {
  return n >= 16 ? __mmask16{0xFFFF} : static_cast<__mmask16>((1U << n) - 1);
}

FRESHET_AVX512 float dot(const float* a, const float* b, std::size_t n) {
  __m512 lanes = _mm512_setzero_ps();
  std::size_t j = 0;
  for (; j + 16 <= n; j += 16) {
    lanes = _mm512_add_ps(lanes, _mm512_mul_ps(_mm512_loadu_ps(a + j), _mm512_loadu_ps(b + j)));
  }
  if (j < n) {
    const __mmask16 rest = first_lanes(n - j);
    const __m512 products = _mm512_mul_ps(_mm512_maskz_loadu_ps(rest, a + j), _mm512_maskz_loadu_ps(rest, b + j));
    lanes = _mm512_add_ps(lanes, products);
  }
  const __m256 by_8 = _mm256_add_ps(_mm512_castps512_ps256(lanes), _mm512_extractf32x8_ps(lanes, 1));
  const __m128 by_4 = _mm_add_ps(_mm256_castps256_ps128(by_8), _mm256_extractf128_ps(by_8, 1));
  const __m128 by_2 = _mm_add_ps(by_4, _mm_movehl_ps(by_4, by_4));
  return _mm_cvtss_f32(_mm_add_ss(by_2, _mm_movehdup_ps(by_2)));
}

FRESHET_AVX512 void add_scaled(float weight, const float* x, float* y, std::size_t n) {
  const __m512 weights = _mm512_set1_ps(weight);
  for (std::size_t j = 0; j < n; j += 16) {
    const __mmask16 lanes = first_lanes(n - j);
    const __m512 products = _mm512_mul_ps(weights, _mm512_maskz_loadu_ps(lanes, x + j));
    _mm512_mask_storeu_ps(y + j, lanes, _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, y + j), products));
  }
}

FRESHET_AVX512 std::uint64_t above(const float* values, std::size_t n, float threshold) {
  const __m512 thresholds = _mm512_set1_ps(threshold);
  std::uint64_t mask = 0;
  for (std::size_t j = 0; j < n; j += 16) {
    const __mmask16 lanes = first_lanes(n - j);
    const __m512 some = _mm512_maskz_loadu_ps(lanes, values + j);
    mask |= std::uint64_t{_mm512_mask_cmp_ps_mask(lanes, some, thresholds, _CMP_GT_OQ)} << j;
  }
  return mask;
}

FRESHET_AVX512 inline __m512i broadcast_quad(const std::int8_t* codes) {
  std::int32_t quad = 0;
  std::memcpy(&quad, codes, sizeof quad);
  return _mm512_set1_epi32(quad);
}

// vpdpbusd multiplies unsigned by signed bytes, so the rows go in as c + 128 and the sums start at -128 x sum(query).
template <std::size_t Groups, std::size_t Queries>
FRESHET_AVX512 inline void dot_groups(const std::int8_t* const (&rows)[Groups], std::size_t quads,
                                      const std::int8_t* codes, const std::int32_t* starts,
                                      std::int32_t* const (&products)[Groups], std::size_t stride) {
  const __m512i offset = _mm512_set1_epi8(-128);
  __m512i sums[Groups][Queries];
#pragma GCC unroll 8
  for (std::size_t q = 0; q < Queries; ++q) {
#pragma GCC unroll 8
    for (std::size_t g = 0; g < Groups; ++g) sums[g][q] = _mm512_set1_epi32(starts[q]);
  }
  for (std::size_t quad = 0; quad < quads; ++quad) {
    __m512i some_rows[Groups];
#pragma GCC unroll 8
    for (std::size_t g = 0; g < Groups; ++g) {
      some_rows[g] = _mm512_xor_si512(_mm512_loadu_si512(rows[g] + quad * 64), offset);
    }
#pragma GCC unroll 8
    for (std::size_t q = 0; q < Queries; ++q) {
      const __m512i query = broadcast_quad(codes + (quad * Queries + q) * 4);
#pragma GCC unroll 8
      for (std::size_t g = 0; g < Groups; ++g) sums[g][q] = _mm512_dpbusd_epi32(sums[g][q], some_rows[g], query);
    }
  }
#pragma GCC unroll 8
  for (std::size_t g = 0; g < Groups; ++g) {
#pragma GCC unroll 8
    for (std::size_t q = 0; q < Queries; ++q) _mm512_storeu_si512(products[g] + q * stride, sums[g][q]);
  }
}

template <std::size_t Groups, std::size_t Queries>
FRESHET_AVX512 void dot_tile(const int8_tile& tile, const int8_queries& queries, std::int32_t* products,
                             std::size_t stride) {
  const std::size_t group_bytes = tile.quads * 64;
  std::int32_t starts[Queries];
  for (std::size_t q = 0; q < Queries; ++q) starts[q] = -128 * queries.sums[q];
  std::uint64_t left = tile.groups;
  while (std::popcount(left) >= static_cast<int>(Groups)) {
    const std::int8_t* rows[Groups];
    std::int32_t* out[Groups];
#pragma GCC unroll 8
    for (std::size_t g = 0; g < Groups; ++g, left &= left - 1) {
      const auto group = static_cast<std::size_t>(std::countr_zero(left));
      rows[g] = tile.codes + group * group_bytes;
      out[g] = products + group * rows_per_group;
    }
    dot_groups<Groups, Queries>(rows, tile.quads, queries.codes, starts, out, stride);
  }
  for (; left != 0; left &= left - 1) {
    const auto group = static_cast<std::size_t>(std::countr_zero(left));
    dot_groups<1, Queries>({tile.codes + group * group_bytes}, tile.quads, queries.codes, starts,
                           {products + group * rows_per_group}, stride);
  }
}

// Groups x queries: as many sums as keep both multipliers busy, few enough for the 32 registers.
FRESHET_AVX512 void dot_int8(const int8_tile& tile, const int8_queries& queries, std::int32_t* products,
                             std::size_t stride) {
  switch (queries.count) {
    case 1:
      return dot_tile<4, 1>(tile, queries, products, stride);
    case 2:
      return dot_tile<4, 2>(tile, queries, products, stride);
    case 4:
      return dot_tile<4, 4>(tile, queries, products, stride);
    default:
      return dot_tile<2, 8>(tile, queries, products, stride);
  }
}

template <bool WithBias>
FRESHET_AVX512 inline std::uint64_t group_reaching(const int8_bounds& bounds, const std::int32_t* products,
                                                   std::size_t group) {
  const std::size_t row = group * rows_per_group;
  const __m512 product = _mm512_cvtepi32_ps(_mm512_loadu_si512(products + row));
  const __m512 with_error = _mm512_add_ps(product, _mm512_set1_ps(bounds.group_errors[group]));
  __m512 upper = _mm512_mul_ps(with_error, _mm512_loadu_ps(bounds.row_scales + row));
  if (WithBias) {
    const __m512 scale = _mm512_set1_ps(bounds.bias_scale);
    upper = _mm512_add_ps(upper, _mm512_mul_ps(scale, _mm512_loadu_ps(bounds.bias + row)));
  }
  return _mm512_cmp_ps_mask(upper, _mm512_set1_ps(bounds.threshold), _CMP_GE_OQ);
}

template <bool WithBias>
FRESHET_AVX512 inline void words_reaching(const int8_bounds& bounds, const std::int32_t* products, std::uint64_t groups,
                                          std::uint64_t* reaching) {
  for (std::size_t first = 0; groups != 0; groups >>= 4, first += 4, ++reaching) {
    std::uint64_t word = 0;
    if ((groups & 15) == 15) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < 4; ++i) {
        word |= group_reaching<WithBias>(bounds, products, first + i) << i * rows_per_group;
      }
    } else {
      for (std::uint64_t left = groups & 15; left != 0; left &= left - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(left));
        word |= group_reaching<WithBias>(bounds, products, first + i) << i * rows_per_group;
      }
    }
    *reaching = word;
  }
}

FRESHET_AVX512 void rows_reaching(const int8_bounds& bounds, const std::int32_t* products, std::uint64_t groups,
                                  std::uint64_t* reaching) {
  const int8_bounds local = bounds;  // so that no store can be taken to change it
  if (local.bias == nullptr) {
    words_reaching<false>(local, products, groups, reaching);
  } else {
    words_reaching<true>(local, products, groups, reaching);
  }
}

}  // namespace

const kernel_set avx512_kernels{.name = "avx512-vnni",
                                .dot = dot,
                                .add_scaled = add_scaled,
                                .above = above,
                                .dot_int8 = dot_int8,
                                .rows_reaching = rows_reaching};

}  // namespace freshet

#endif
