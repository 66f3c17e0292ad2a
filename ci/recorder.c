/* Stands in for one of Windows' own programs in tests: writes its words into the file `calls` beside it, a line each in
   UTF-8, and ends with the code that the file `code` beside it holds, or 0. What is named behind /XML is kept as `xml`. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

static void beside(wchar_t *path, const wchar_t *name)
{
    GetModuleFileNameW(NULL, path, MAX_PATH);
    wcscpy(wcsrchr(path, L'\\') + 1, name);
}

int wmain(int argc, wchar_t **argv)
{
    wchar_t path[MAX_PATH];
    beside(path, L"calls");
    FILE *calls = _wfopen(path, L"ab");
    for (int i = 1; i < argc; i++) {
        char text[65536];
        WideCharToMultiByte(CP_UTF8, 0, argv[i], -1, text, sizeof text, NULL, NULL);
        fprintf(calls, "%s\n", text);
        if (!wcscmp(argv[i], L"/XML") && i + 1 < argc) {
            beside(path, L"xml");
            CopyFileW(argv[i + 1], path, FALSE);
        }
    }
    fclose(calls);
    int code = 0;
    beside(path, L"code");
    FILE *file = _wfopen(path, L"rb");
    if (file && fscanf(file, "%d", &code) == 1 && code)
        fputs("ERROR: Access is denied.\r\n", stderr);
    return code;
}
