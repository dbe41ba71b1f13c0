// What:   the words by which items resemble each other: of title, description, category, brand and attributes.
// Form:   words in lower case (ASCII; bytes of other scripts stay as they are), cut at everything that is neither a
//         letter nor a digit; category, brand, and attributes that are text or true besides as one term each, such as
//         "category=Tea and Coffee", so that a shared shelf counts more than a shared word.
// Limits: words of one byte are left out, numbers among the attributes too: near numbers would be no nearer than far.
#pragma once

#include <string>
#include <vector>

#include "core/data/item.hpp"

namespace freshet {

/// In the order of the fields; a word that occurs twice is there twice.
[[nodiscard]] std::vector<std::string> terms_of(const item& described);

}  // namespace freshet
