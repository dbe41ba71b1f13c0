# Run by freshet_embed: writes <folder>/<name>.cpp with the bytes of <file>.
file(READ ${file} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes
                     "${bytes}")
file(WRITE ${folder}/${name}.cpp
     "#include <string_view>\n\nnamespace freshet::embedded {\nextern const std::string_view ${name};\nnamespace {\n"
     "constexpr unsigned char bytes[] = {\n${bytes}0};\n}\n"
     "const std::string_view ${name}(reinterpret_cast<const char*>(bytes), ${size});\n}\n")
