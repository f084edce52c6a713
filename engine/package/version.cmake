# Writes OUTPUT from INPUT (version.hpp.in); leaves it untouched where nothing in it has changed.
# Run with cmake -P and INPUT, OUTPUT, SOURCE_DIR and the facts that INPUT names.
set(GIT_COMMIT unknown)
find_program(git git)
if(git AND EXISTS ${SOURCE_DIR}/.git)
  execute_process(COMMAND ${git} describe --always --dirty --abbrev=12 --exclude=*
                  WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE described
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0)
    set(GIT_COMMIT ${described})
  endif()
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
