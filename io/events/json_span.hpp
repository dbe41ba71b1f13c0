// What: the bytes of one member of a JSON object, or of the elements of an array, as they were written.
// Why:  `properties` are kept verbatim (numbers with all their digits), which no parsed tree can give back.
// Needs: text that a parser has already accepted; only then do these simple scans hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

/// Value of member number `position` (from 0) of a valid JSON object, without white space around it.
[[nodiscard]] std::string_view member_text(std::string_view object, std::size_t position);

/// The elements of a valid JSON array, without white space around them.
[[nodiscard]] std::vector<std::string_view> element_texts(std::string_view array);

/// The same JSON on one line: without the white space between its tokens.
[[nodiscard]] std::string without_white_space(std::string_view json);

}  // namespace freshet
