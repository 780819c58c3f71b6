declare module "asciichart" {
  interface PlotConfig {
    height?: number;
    colors?: readonly string[];
    format?(value: number, index: number): string;
  }
  const asciichart: {
    plot(series: readonly (readonly number[])[], config?: PlotConfig): string;
    cyan: string;
    yellow: string;
    reset: string;
  };
  export default asciichart;
}
