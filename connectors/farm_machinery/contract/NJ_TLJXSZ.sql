-- 农机监理系统 拖拉机行驶证 交换表（SQL Server 2008 R2）
CREATE TABLE [dbo].[NJ_TLJXSZ](
    [XH] bigint NOT NULL,
    [ZSBH] nvarchar(400) NULL,
    [HPHM] nvarchar(20) NULL,
    [SYR] nvarchar(200) NULL,
    [ZJLX] nvarchar(10) NULL,
    [ZJHM] nvarchar(18) NULL,
    [CLXH] nvarchar(100) NULL,
    [ZZDZ] nvarchar(300) NULL,
    [DJJG] nvarchar(200) NULL,
    [DJRQ] char(8) NULL,
    [XZQHDM] char(12) NULL,
    [ZT] nvarchar(8) NULL,
    [BGRQ] char(8) NULL,
    [GXSJ] datetime2 NOT NULL,
    [CZBZ] nvarchar(4) NULL,
    [TBBZ] char(1) NULL,
    [TBSM] nvarchar(200) NULL,
    [TBPC] nvarchar(40) NULL,
    CONSTRAINT [PK_NJ_TLJXSZ] PRIMARY KEY CLUSTERED ([XH] ASC)
)
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'拖拉机行驶证', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'序号', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'XH'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'行驶证编号', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'ZSBH'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'号牌号码', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'HPHM'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'所有人姓名或单位名称', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'SYR'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'证件类型：身份证、信用代码', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'ZJLX'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'证件号码', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'ZJHM'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'机型（车辆型号）', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'CLXH'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'住址', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'ZZDZ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'登记机关', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'DJJG'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'登记日期，八位', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'DJRQ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'行政区划代码', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'XZQHDM'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'状态：正常、注销、暂停', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'ZT'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'变更日期，八位', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'BGRQ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'更新时间', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'GXSJ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'操作标志：新增、修改、删除', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'CZBZ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'同步标志：0未同步 1已同步 2同步失败', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'TBBZ'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'同步说明', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'TBSM'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'同步批次', @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'NJ_TLJXSZ', @level2type=N'COLUMN',@level2name=N'TBPC'
GO
