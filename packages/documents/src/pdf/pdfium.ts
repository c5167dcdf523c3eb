// PDFium's C interface (fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_ppo.h, fpdf_save.h) as the WASM module offers it:
// numbers in, numbers out, pointers into its one heap. Loaded with a memory ceiling of our own.
import { PDFiumModule } from "@hyzyla/pdfium";
import { type WasmImports, type WasmInstance, type WasmModule, type WasmTable, wasm } from "./wasm.ts";

/** The calls this package uses. Pointers and handles are numbers, 0 is none. */
export type Pdfium = {
  HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(data: number, size: number, password: number): number;
  _FPDF_CloseDocument(document: number): void;
  _FPDF_GetLastError(): number;
  _FPDF_DocumentHasValidCrossReferenceTable(document: number): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDF_GetPageWidthF(page: number): number;
  _FPDF_GetPageHeightF(page: number): number;
  _FPDF_GetPageSizeByIndexF(document: number, index: number, size: number): number;
  _FPDFPage_GetRotation(page: number): number;
  _FPDFPage_SetCropBox(page: number, left: number, bottom: number, right: number, top: number): void;
  _FPDF_PageToDevice(
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    pageX: number,
    pageY: number,
    deviceX: number,
    deviceY: number,
  ): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, data: number, stride: number): number;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDFBitmap_FillRect(bitmap: number, left: number, top: number, width: number, height: number, argb: number): number;
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  _FPDFDOC_InitFormFillEnvironment(document: number, formInfo: number): number;
  _FPDFDOC_ExitFormFillEnvironment(form: number): void;
  _FPDF_SetFormFieldHighlightAlpha(form: number, alpha: number): void;
  _FORM_OnAfterLoadPage(page: number, form: number): void;
  _FORM_OnBeforeClosePage(page: number, form: number): void;
  _FPDF_FFLDraw(
    form: number,
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  _FPDFPage_CountObjects(page: number): number;
  _FPDFPage_GetObject(page: number, index: number): number;
  _FPDFPageObj_GetType(object: number): number;
  _FPDFPageObj_GetBounds(object: number, left: number, bottom: number, right: number, top: number): number;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetUnicode(text: number, index: number): number;
  _FPDFText_IsGenerated(text: number, index: number): number;
  _FPDFText_HasUnicodeMapError(text: number, index: number): number;
  _FPDFText_GetFontSize(text: number, index: number): number;
  _FPDFText_GetLooseCharBox(text: number, index: number, rect: number): number;
  _FPDFText_GetMatrix(text: number, index: number, matrix: number): number;
  _FPDF_CreateNewDocument(): number;
  _FPDFPage_New(document: number, index: number, width: number, height: number): number;
  _FPDFPage_InsertObject(page: number, object: number): void;
  _FPDFPage_GenerateContent(page: number): number;
  _FPDFText_LoadFont(document: number, data: number, size: number, type: number, cid: number): number;
  _FPDFFont_Close(font: number): void;
  _FPDFPageObj_CreateTextObj(document: number, font: number, fontSize: number): number;
  _FPDFText_SetText(object: number, utf16: number): number;
  _FPDFPageObj_Transform(object: number, a: number, b: number, c: number, d: number, e: number, f: number): void;
  _FPDFPageObj_NewImageObj(document: number): number;
  _FPDFImageObj_SetBitmap(pages: number, count: number, object: number, bitmap: number): number;
  _FPDF_ImportPages(into: number, from: number, range: number, at: number): number;
  _FPDF_SaveAsCopy(document: number, fileWrite: number, flags: number): number;
};

export const BITMAP_FORMAT = { gray: 1, bgr: 2 } as const;

/** FPDF_ANNOT draws annotations, FPDF_PRINTING draws what is meant for paper. */
export const RENDER_FOR_PAPER = 0x01 | 0x800;

export const OBJECT_TYPE = { text: 1, path: 2, image: 3, shading: 4, form: 5 } as const;

export const LOAD_ERROR = { password: 4, security: 5 } as const;

/** PDFium with its heap and the means to call back from it. */
export type Engine = {
  pdfium: Pdfium;
  /** Copies bytes into the heap; free with `_free`. */
  copyIn(bytes: Uint8Array): number;
  /** Whether memory has been refused, so that a failure since then is one of size. */
  ranOut(): boolean;
  /** Scratch memory for small results, 64 bytes. */
  readonly scratch: number;
  /** Runs `work` while the C function pointer {@link CALLBACK} leads to `call`. Not to be nested. */
  withCallback(call: (a: number, b: number, c: number) => number, work: () => void): void;
};

/**
 * The function pointer of `withCallback`. The module's function table has a fixed size and every slot but the null
 * pointer's is taken, so the callback borrows that one.
 */
export const CALLBACK = 0;

const SCRATCH_BYTES = 64;

type FactoryOptions = {
  instantiateWasm(imports: WasmImports, done: (instance: WasmInstance) => void): object;
  print(line: string): void;
  printErr(line: string): void;
};

/**
 * Starts an engine from the compiled module.
 *
 * @param maxBytes the heap is not allowed beyond this; the call that needs more aborts the engine, which is then lost
 */
export async function startEngine(compiled: WasmModule, maxBytes: number): Promise<Engine> {
  let instance: WasmInstance | undefined;
  let ranOut = false;
  const options: FactoryOptions = {
    instantiateWasm(imports, done) {
      limitMemory(
        imports,
        maxBytes,
        () => instance!,
        () => {
          ranOut = true;
        },
      );
      instance = new wasm.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    },
    print: () => {},
    printErr: () => {},
  };
  // The package's own types know neither these options nor most of the calls.
  const factory = PDFiumModule as unknown as (options: FactoryOptions) => Promise<Pdfium>;
  const pdfium = await factory(options);
  pdfium._FPDF_InitLibrary();
  return {
    pdfium,
    copyIn(bytes) {
      const pointer = pdfium._malloc(bytes.length);
      pdfium.HEAPU8.set(bytes, pointer);
      return pointer;
    },
    ranOut: () => ranOut,
    scratch: pdfium._malloc(SCRATCH_BYTES),
    withCallback(call, work) {
      const table = instance!.exports.__indirect_function_table as WasmTable;
      const trampoline = new wasm.Instance(new wasm.Module(TRAMPOLINE), { e: { f: call } });
      table.set(CALLBACK, trampoline.exports.f);
      try {
        work();
      } finally {
        table.set(CALLBACK, null);
      }
    },
  };
}

/** The loader's own ceiling is 2 GiB; refusing growth earlier makes malloc fail, which PDFium answers by an abort. */
function limitMemory(imports: WasmImports, maxBytes: number, instance: () => WasmInstance, refused: () => void): void {
  const environment = imports.env!;
  const grow = environment.emscripten_resize_heap as (size: number) => boolean;
  environment.emscripten_resize_heap = (size: number) => {
    const used = (instance().exports.memory as { buffer: ArrayBuffer }).buffer.byteLength;
    // The loader grows by a fifth at least, so that is what is asked of it.
    if (Math.max(size >>> 0, used * 1.2) <= maxBytes) return grow(size);
    refused();
    return false;
  };
}

/** A module that imports one function (i32, i32, i32) -> i32 and exports it again: a JS function made callable from C. */
// biome-ignore format: one section a line
const TRAMPOLINE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x08, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x01, 0x7f,
  0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00,
  0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00,
);
