// What: vectors brought to a length, and the gradient through that.
#pragma once

#include <span>

namespace freshet {

/// Scales a vector to this length; zeros stay. Returns what it was scaled by, 0 for zeros.
float set_length(std::span<float> vector, float length);

/// `direction` is the vector at `length`, `scale` what set_length returned: turns the gradient of the scaled vector
/// into that of the vector before.
void back_through_length(std::span<const float> direction, float length, float scale, std::span<float> gradient);

}  // namespace freshet
