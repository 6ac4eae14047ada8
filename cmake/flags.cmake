# Compiler flags for everything we compile, carried by the target govbus_options. A flag the compiler does not know is left out.
include(CheckCCompilerFlag)

add_library(govbus_options INTERFACE)

function(govbus_warning flag)
	string(MAKE_C_IDENTIFIER "HAVE${flag}" known)
	check_c_compiler_flag(${flag} ${known})
	if(${known})
		target_compile_options(govbus_options INTERFACE ${flag})
	endif()
endfunction()

# Probing is noise when nothing is wrong with it.
set(CMAKE_REQUIRED_QUIET ON)
govbus_warning(-Wall)                # the usual mistakes
govbus_warning(-Wextra)              # unused parameters, missing initialisers, signs in comparisons
govbus_warning(-Wpedantic)           # what is not C and not one of the GNU extensions we name
govbus_warning(-Wshadow)             # an inner name that hides an outer one is read as the outer one
govbus_warning(-Wconversion)         # lengths and offsets that lose bits on their way to disk
govbus_warning(-Wstrict-prototypes)  # f() takes anything; f(void) does not
govbus_warning(-Wmissing-prototypes) # a function is either static or in a header
govbus_warning(-Wvla)                # a length from outside must never size the stack
govbus_warning(-Wundef)              # a misspelt macro in #if is silently 0
govbus_warning(-Wformat=2)           # format strings that are not constants
# Not errors: gcc guesses how long numbers may get, differently at each optimisation level; buffers are bounded by snprintf itself.
govbus_warning(-Wno-format-truncation)
if(GOVBUS_WERROR)
	target_compile_options(govbus_options INTERFACE -Werror)
endif()

target_include_directories(govbus_options INTERFACE ${PROJECT_SOURCE_DIR})
# GNU extensions of libc are on for all, so no file has to ask for them; times and file sizes have 64 bits anyway.
target_compile_definitions(govbus_options INTERFACE _GNU_SOURCE GOVBUS_VERSION="${PROJECT_VERSION}")
target_compile_options(govbus_options INTERFACE -fno-omit-frame-pointer -fno-common -pthread)
target_link_options(govbus_options INTERFACE -pthread)

if(GOVBUS_SANITIZE)
	target_compile_options(govbus_options INTERFACE -fsanitize=${GOVBUS_SANITIZE} -fno-sanitize-recover=all)
	target_link_options(govbus_options INTERFACE -fsanitize=${GOVBUS_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
	# The door reads bytes from strangers: let libc and the stack check what they can.
	target_compile_options(govbus_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
	target_link_options(govbus_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(GOVBUS_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		message(FATAL_ERROR "GOVBUS_FUZZ needs clang: cmake --preset fuzz")
	endif()
	target_compile_options(govbus_options INTERFACE -fsanitize=fuzzer-no-link)
	target_compile_definitions(govbus_options INTERFACE FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION=1)
endif()
