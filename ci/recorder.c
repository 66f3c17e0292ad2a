/* Stands in for one of Windows' own programs in tests: writes its words into the file `calls` beside it, a line each in
   UTF-8, and ends with the code that the file `code` beside it holds, or 0, as a program that may not do what it is told.

   As the Task Scheduler's it knows one task: what is named behind /XML is kept as `xml`, the name behind /TN as `name`, and
   /Query and /Delete find that one alone. */
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

static wchar_t found[MAX_PATH];

static const wchar_t *beside(const wchar_t *name)
{
    GetModuleFileNameW(NULL, found, MAX_PATH);
    wcscpy(wcsrchr(found, L'\\') + 1, name);
    return found;
}

static const wchar_t *behind(int argc, wchar_t **argv, const wchar_t *option)
{
    for (int i = 1; i + 1 < argc; i++)
        if (!wcscmp(argv[i], option))
            return argv[i + 1];
    return NULL;
}

int wmain(int argc, wchar_t **argv)
{
    FILE *calls = _wfopen(beside(L"calls"), L"ab");
    for (int i = 1; i < argc; i++) {
        char text[65536];
        WideCharToMultiByte(CP_UTF8, 0, argv[i], -1, text, sizeof text, NULL, NULL);
        fprintf(calls, "%s\n", text);
    }
    fclose(calls);

    int code = 0;
    FILE *file = _wfopen(beside(L"code"), L"rb");
    if (file && fscanf(file, "%d", &code) == 1 && code) {
        fputs("ERROR: Access is denied.\r\n", stderr);
        return code;
    }

    const wchar_t *task = behind(argc, argv, L"/TN");
    wchar_t known[256] = L"";
    file = _wfopen(beside(L"name"), L"rb");
    if (file) {
        fread(known, sizeof *known, 255, file);
        fclose(file);
    }
    if (argc > 1 && !wcscmp(argv[1], L"/Create")) {
        CopyFileW(behind(argc, argv, L"/XML"), beside(L"xml"), FALSE);
        file = _wfopen(beside(L"name"), L"wb");
        fwrite(task, sizeof *task, wcslen(task), file);
        fclose(file);
    } else if (argc > 1 && !wcscmp(argv[1], L"/Query") && !task) {
        printf("\"\\Microsoft\\Windows\\Defrag\\ScheduledDefrag\",\"N/A\",\"Ready\"\r\n");
        if (*known)
            printf("\"\\%ls\",\"N/A\",\"Ready\"\r\n", known);
    } else if (task && wcscmp(task, known)) {
        fputs("ERROR: The system cannot find the file specified.\r\n", stderr);
        return 1;
    } else if (argc > 1 && !wcscmp(argv[1], L"/Query")) {
        char part[4096];
        size_t length;
        _setmode(1, 0x8000); /* binary */
        file = _wfopen(beside(L"xml"), L"rb");
        while ((length = fread(part, 1, sizeof part, file)) > 0)
            fwrite(part, 1, length, stdout);
        fclose(file);
    } else if (argc > 1 && !wcscmp(argv[1], L"/Delete")) {
        _wremove(beside(L"name"));
    }
    return 0;
}
