// What: CSV records as RFC 4180 writes them; csv_splitter gives the fields back. Lines end in LF.
#pragma once

#include <string>
#include <string_view>

namespace freshet {

/// One field, in quotes where it needs them.
void append_csv_field(std::string& out, std::string_view field);

/// `fields`: any range of things that convert to string_view, not empty.
template <class Fields>
void append_csv_record(std::string& out, const Fields& fields) {
  const std::size_t start = out.size();
  bool is_first = true;
  for (const auto& field : fields) {
    if (!is_first) out += ',';
    is_first = false;
    append_csv_field(out, field);
  }
  // A single empty field would be an empty line, which is no record.
  if (out.size() == start) out += "\"\"";
  out += '\n';
}

}  // namespace freshet
